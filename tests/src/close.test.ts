import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { TunnelServer } from '@bluelibs/runner-native';
import { it } from './harness/it';
import { begin, gated } from './harness/native';
import { RawConnection } from './harness/raw';
import { request, taskRequest } from './harness/request';

/** Far beyond every test's deadline. */
const LONG = { graceMs: 3_600_000 };

describe('close()', () => {
  it('waits for calls in flight, whose answers end their connections', async (t) => {
    const one = gated(t);
    let open: (() => void) | undefined;
    one.server.registerTask('wait', (name: string) => {
      one.logs.add({ level: 'note', message: 'started', data: name });
      return new Promise((resolve) => {
        open = () => resolve(name);
      });
    });
    const { port } = await one.server.listen();
    const connection = await begin(t, one, 'wait', 'in flight');

    let closed = false;
    const closing = one.server.close(LONG).then(() => {
      closed = true;
    });
    assert.equal(one.server.address(), null);
    // Refused from here on: the listener is gone before the calls are.
    for (;;) {
      const late = await RawConnection.open(port).catch((error: NodeJS.ErrnoException) => error);
      if (late instanceof RawConnection) {
        await late.closed;
      } else {
        assert.equal(late.code, 'ECONNREFUSED');
        break;
      }
    }
    assert.equal(closed, false);
    open?.();
    const answer = await connection.read();
    assert.equal(answer.json.result, 'in flight');
    assert.equal(answer.header('connection'), 'close');
    await connection.closed;
    await closing;
  });

  it('cuts what is left when the time is up', async (t) => {
    for (const graceMs of [0, 20]) {
      const one = gated(t);
      await one.server.listen();
      const connection = await begin(t, one, 'hold', 'x');
      await one.server.close({ graceMs });
      assert.equal(await connection.rest(), '');
    }
  });

  it('can be called again with less patience', async (t) => {
    const one = gated(t);
    await one.server.listen();
    const connection = await begin(t, one, 'hold', 'x');
    const patient = one.server.close(LONG);
    const impatient = one.server.close({ graceMs: 0 });
    await Promise.all([patient, impatient]);
    await connection.closed;
  });

  it('can not be called again with more patience', async (t) => {
    const one = gated(t);
    await one.server.listen();
    await begin(t, one, 'hold', 'x');
    await Promise.all([one.server.close({ graceMs: 20 }), one.server.close(LONG)]);
  });

  for (const [what, bytes, reads] of [
    ['an idle keep-alive connection', request(taskRequest('keep', 'x')), true],
    ['a silent connection', '', false],
    ['half a head', 'POST /__runner/task/keep HTTP/1.1\r\nHost: local', false],
    [
      'half a head after an answer',
      Buffer.concat([request(taskRequest('keep', 'x')), Buffer.from('POST')]),
      true,
    ],
  ] as const) {
    it(`does not wait for ${what}`, async (t) => {
      const one = gated(t);
      const { port } = await one.server.listen();
      const connection = await RawConnection.open(port);
      t.after(() => connection.leave());
      connection.write(bytes);
      if (reads) await connection.read();
      // The server has accepted it, and what was sent before, when a later connection was served.
      await (await begin(t, one, 'obey', 'later')).leave();
      await one.logs.noted('aborted', 'later');
      await one.server.close(LONG);
      await connection.closed;
    });
  }

  it('drops a call whose body does not come', async (t) => {
    const one = gated(t);
    const { port } = await one.server.listen();
    const connection = await RawConnection.open(port);
    t.after(() => connection.leave());
    connection.write(request({ target: '/__runner/task/keep', headers: { 'Content-Length': '50' } }));
    await (await begin(t, one, 'obey', 'later')).leave();
    await one.server.close({ graceMs: 20 });
    await connection.closed;
  });

  it('is fine with a server that never listened, and with a closed one', async () => {
    const server = new TunnelServer(0);
    await server.close();
    await server.close({ graceMs: 0 });
    await assert.rejects(server.listen(), /listen\(\): this server is closed; make a new one/);
  });

  it('says that a closed server is closed', async (t) => {
    const { server } = gated(t);
    await server.listen();
    await server.close();
    assert.equal(server.address(), null);
    await server.close();
    await assert.rejects(server.listen(), /this server is closed/);
    assert.deepEqual(server.ref(), server);
    assert.deepEqual(server.unref(), server);
    assert.equal(server.stats().connections, 0);
    server.registerTask('too late', () => 1);
  });

  it('rejects while listen() is under way', async (t) => {
    const { server } = gated(t, { host: 'localhost' });
    const listening = server.listen();
    await assert.rejects(server.close(), /listen\(\) is still under way/);
    await listening;
  });

  it('checks its option', async (t) => {
    const { server } = gated(t);
    await assert.rejects(server.close({ graceMs: -1 }), /^RangeError: graceMs must be .* got -1/);
    await assert.rejects(
      server.close({ graceMs: '5' as unknown as number }),
      /^TypeError: graceMs .* got "5"/,
    );
    await assert.rejects(server.close({ grace: 5 } as object), /^TypeError: close\.grace is no option/);
    await server.listen();
  });
});
