import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { backends, shared } from '../harness/backends';
import { it } from '../harness/it';
import { RawConnection } from '../harness/raw';
import { request, taskRequest } from '../harness/request';

for (const backend of backends) {
  describe(`connections (${backend.name})`, () => {
    const server = shared(backend, 'gates');
    const opened = async (t: { after(fn: () => void): void }): Promise<RawConnection> => {
      const connection = await RawConnection.open(server.port);
      t.after(() => connection.leave());
      return connection;
    };

    it('carry one request after another', async (t) => {
      const connection = await opened(t);
      for (let round = 0; round < 20; round++) {
        const answer = await connection.write(request(taskRequest('keep', `round ${round}`))).read();
        assert.equal(answer.json.result, `round ${round}`);
        assert.equal(answer.header('connection'), 'keep-alive');
        assert.equal(answer.version, 'HTTP/1.1');
      }
    });

    it('end when the client wishes so', async (t) => {
      for (const wish of ['close', 'Close', 'keep-alive, close']) {
        const connection = await opened(t);
        connection.write(request(taskRequest('keep', 'x', { Connection: wish })));
        const answer = await connection.read();
        assert.equal(answer.header('connection'), 'close', wish);
        assert.equal(answer.header('keep-alive'), undefined);
        await connection.closed;
      }
    });

    it('answer pipelined requests in their order', async (t) => {
      const connection = await opened(t);
      const names = Array.from({ length: 50 }, (_, at) => `piped ${at}`);
      connection.write(Buffer.concat(names.map((name) => request(taskRequest('keep', name)))));
      for (const name of names) assert.equal((await connection.read()).json.result, name);
    });

    it('keep the order when the first pipelined request takes longer', async (t) => {
      const [connection, other] = [await opened(t), await opened(t)];
      connection.write(
        Buffer.concat([request(taskRequest('hold', 'slow')), request(taskRequest('keep', 'quick'))]),
      );
      await server.logs.noted('started', 'slow');
      await other.write(request(taskRequest('open', 'slow'))).read();
      assert.equal((await connection.read()).json.result, 'slow');
      assert.equal((await connection.read()).json.result, 'quick');
    });

    it('do not wait for each other', async (t) => {
      const [slow, quick] = [await opened(t), await opened(t)];
      slow.write(request(taskRequest('hold', 'alone')));
      await server.logs.noted('started', 'alone');
      assert.equal((await quick.write(request(taskRequest('keep', 'q'))).read()).json.result, 'q');
      await quick.write(request(taskRequest('open', 'alone'))).read();
      assert.equal((await slow.read()).json.result, 'alone');
    });

    it('of HTTP/1.0 end after the answer, unless they are to be kept', async (t) => {
      const connection = await opened(t);
      const once = { ...taskRequest('keep', 'old'), version: '1.0' as const };
      connection.write(request({ ...once, headers: { Connection: 'keep-alive' } }));
      const kept = await connection.read();
      assert.equal(kept.json.result, 'old');
      assert.equal(kept.header('connection'), 'keep-alive');
      const last = await connection.write(request(once)).read();
      assert.equal(last.status, 200);
      assert.equal(last.header('connection'), 'close');
      await connection.closed;
    });

    it('may begin with an empty line', async (t) => {
      const connection = await opened(t);
      const answer = await connection
        .write('\r\n')
        .write(request(taskRequest('keep', 'x')))
        .read();
      assert.equal(answer.status, 200);
    });

    it('with bytes that are no HTTP are refused and ended', async (t) => {
      for (const bytes of ['garbage\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', 'POST /a b HTTP/1.1\r\n\r\n']) {
        const connection = await opened(t);
        const answer = await connection.write(bytes).read();
        assert.equal(answer.status, 400, bytes);
        await connection.closed;
      }
    });

    it('with a head that is far too large are refused and ended', async (t) => {
      const connection = await opened(t);
      connection.write(request({ target: '/other', headers: { 'x-large': 'x'.repeat(600_000) } }));
      assert.equal((await connection.read()).status, 431);
      await connection.closed;
    });

    it('that send nothing disturb nobody', async (t) => {
      const [silent, half, busy] = [await opened(t), await opened(t), await opened(t)];
      half.write('POST /__runner/task/keep HTTP/1.1\r\nHost: loc');
      assert.equal((await busy.write(request(taskRequest('keep', 'x'))).read()).status, 200);
      silent.leave();
      half.reset();
      assert.equal((await busy.write(request(taskRequest('keep', 'y'))).read()).status, 200);
    });
  });
}
