import assert from 'node:assert/strict';
import { describe, type TestContext } from 'node:test';
import type { VariantName } from '../apps/variants';
import { type Backend, backends } from '../harness/backends';
import { it } from '../harness/it';
import { RawConnection } from '../harness/raw';
import { request, taskRequest } from '../harness/request';

/** A server, and a connection to it. */
async function connected(
  t: TestContext,
  backend: Backend,
  variant: VariantName,
): Promise<[RawConnection, number]> {
  const server = await backend.start('calls', variant);
  t.after(() => server.stop());
  const connection = await RawConnection.open(server.port);
  t.after(() => connection.leave());
  return [connection, server.port];
}

const ADD = request(taskRequest('add', { a: 1, b: 2 }));

for (const backend of backends) {
  describe(`timeouts (${backend.name})`, () => {
    it('end a connection whose head does not come to its end', async (t) => {
      const [connection] = await connected(t, backend, 'shortHead');
      connection.write('POST /__runner/task/add HTTP/1.1\r\nHost: loc');
      assert.equal(await connection.rest(), 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n');
    });

    it('end a connection that sends nothing', async (t) => {
      const [connection] = await connected(t, backend, 'shortHead');
      await connection.closed;
    });

    it('end a connection whose second head does not come to its end', async (t) => {
      const [connection] = await connected(t, backend, 'shortHead');
      assert.equal((await connection.write(ADD).read()).status, 200);
      connection.write('POST');
      await connection.closed;
    });

    it('answer 408 when the body does not come', async (t) => {
      const [connection] = await connected(t, backend, 'shortBody');
      connection.write(ADD.subarray(0, ADD.length - 3));
      const answer = await connection.read();
      assert.equal(answer.status, 408);
      assert.deepEqual(answer.json.error, { message: 'Request Timeout', code: 'REQUEST_TIMEOUT' });
      assert.equal(answer.header('connection'), 'close');
      await connection.closed;
    });

    it('leave a request alone that came in time', async (t) => {
      for (const variant of ['shortHead', 'shortBody', 'shortKeepAlive'] as const) {
        const [connection] = await connected(t, backend, variant);
        assert.equal((await connection.write(ADD).read()).json.result, 3, variant);
      }
    });

    it('end a connection that is idle after an answer', async (t) => {
      const [connection] = await connected(t, backend, 'shortKeepAlive');
      assert.equal((await connection.write(ADD).read()).header('keep-alive'), 'timeout=0');
      assert.equal(await connection.rest(), '');
    });
  });

  describe(`limit of connections (${backend.name})`, () => {
    it('lets the next one wait until another has ended', async (t) => {
      const [first, port] = await connected(t, backend, 'oneConnection');
      assert.equal((await first.write(ADD).read()).status, 200);
      const second = await RawConnection.open(port);
      t.after(() => second.leave());
      let served = false;
      const answer = second
        .write(ADD)
        .read()
        .then((got) => {
          served = true;
          return got;
        });
      for (let round = 0; round < 10; round++) {
        assert.equal((await first.write(ADD).read()).status, 200);
      }
      assert.equal(served, false);
      first.leave();
      assert.equal((await answer).json.result, 3);
    });
  });
}
