import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { TunnelServer } from '@bluelibs/runner-native';
import { it } from './harness/it';
import { RawConnection } from './harness/raw';
import { request, taskRequest } from './harness/request';

/** Lets the event loop turn until it is so; the test's deadline bounds it. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

describe('a server', () => {
  it('runs nothing for a caller who left while the validator thought', async (t) => {
    let asked = false;
    let decide: ((verdict: boolean) => void) | undefined;
    let ran = false;
    const validate = (): Promise<boolean> => {
      asked = true;
      return new Promise((resolve) => {
        decide = resolve;
      });
    };
    const server = new TunnelServer({ port: 0, auth: { validate } });
    server.registerTask('run', () => {
      ran = true;
    });
    t.after(() => server.close({ graceMs: 0 }));
    const { port } = await server.listen();
    const connection = await RawConnection.open(port);
    connection.write(request(taskRequest('run', 'x')));
    await until(() => asked);
    connection.leave();
    await until(() => server.stats().connections === 0 && server.stats().queued === 0);
    assert.equal(server.stats().inFlight, 1);
    decide?.(true);
    await until(() => server.stats().inFlight === 0);
    assert.equal(ran, false);
  });

  it('that is closed before it listens has closed', async () => {
    const server = new TunnelServer(0);
    await server.close();
    await server.closed;
  });
});
