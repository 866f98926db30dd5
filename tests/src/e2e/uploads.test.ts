import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { backends, shared } from '../harness/backends';
import { it } from '../harness/it';
import { RawConnection } from '../harness/raw';
import { chunked, exchange, request, taskRequest } from '../harness/request';

const TOKEN = { 'x-runner-token': 'secret' };
const CHUNKED = { ...TOKEN, 'Transfer-Encoding': 'chunked' };
const EXPECT = { ...TOKEN, Expect: '100-continue' };
const SHOW = '/__runner/task/show';
const TOO_LARGE = '{"ok":false,"error":{"message":"Payload too large","code":"PAYLOAD_TOO_LARGE"}}';

/** A JSON string whose body has exactly this many bytes. */
const sized = (bytes: number): string => JSON.stringify('x'.repeat(bytes - 2));

for (const backend of backends) {
  describe(`uploads (${backend.name})`, () => {
    const server = shared(backend, 'calls', 'smallBodies');
    const opened = async (t: { after(fn: () => void): void }): Promise<RawConnection> => {
      const connection = await RawConnection.open(server.port);
      t.after(() => connection.leave());
      return connection;
    };
    /** The connection still serves. */
    const goesOn = async (connection: RawConnection): Promise<void> => {
      const next = await connection.write(request(taskRequest('add', { a: 1, b: 2 }, TOKEN))).read();
      assert.equal(next.text, '{"ok":true,"result":3}');
    };

    it('may come in chunks', async (t) => {
      const connection = await opened(t);
      const head = request({ target: SHOW, headers: CHUNKED });
      connection.write(Buffer.concat([head, chunked('{"inp', 'ut":', '"caf\u00e9"}')]));
      assert.equal((await connection.read()).json.result, '"café"');
      await goesOn(connection);
    });

    it('may be split anywhere, also within a character', async (t) => {
      const connection = await opened(t);
      const whole = request(taskRequest('show', 'é', TOKEN));
      // Each piece is on its way before the next is written: the answer of another connection lies between.
      for (const cut of [3, 20, whole.indexOf('\r\n\r\n') + 4, whole.length - 3]) {
        connection.write(whole.subarray(0, cut));
        await exchange(server.port, { target: '/other' });
        connection.write(whole.subarray(cut));
        assert.equal((await connection.read()).json.result, '"é"', String(cut));
      }
    });

    it('are refused before they arrive: 401, 403 comes first, 404', async (t) => {
      for (const [target, headers, status] of [
        [SHOW, {}, 401],
        ['/__runner/task/ghost', TOKEN, 404],
        ['/__runner/event/ghost', TOKEN, 404],
      ] as const) {
        const connection = await opened(t);
        const answer = await connection
          .write(request({ target, headers: { ...headers, 'Content-Length': '500' } }))
          .read();
        assert.equal(answer.status, status, target);
        // What nobody wanted is skipped when it comes.
        connection.write('x'.repeat(500));
        await goesOn(connection);
      }
    });

    it('may be as large as the limit', async () => {
      const answer = await exchange(server.port, { target: SHOW, headers: TOKEN, body: sized(1000) });
      assert.equal(answer.status, 200);
    });

    it('above the limit answer 413 by their Content-Length, and the connection goes on', async (t) => {
      const connection = await opened(t);
      const answer = await connection
        .write(request({ target: SHOW, headers: TOKEN, body: sized(1001) }))
        .read();
      assert.equal(answer.status, 413);
      assert.equal(answer.text, TOO_LARGE);
      assert.equal(answer.header('connection'), 'keep-alive');
      await goesOn(connection);

      const early = await connection
        .write(request({ target: SHOW, headers: { ...TOKEN, 'Content-Length': '2000' } }))
        .read();
      assert.equal(early.status, 413);
      connection.write('x'.repeat(2000));
      await goesOn(connection);
    });

    it('above the limit answer 413 in chunks, and the connection goes on', async (t) => {
      const connection = await opened(t);
      const body = chunked(...Array.from({ length: 11 }, () => 'x'.repeat(100)));
      const answer = await connection
        .write(request({ target: SHOW, headers: CHUNKED }))
        .write(body)
        .read();
      assert.equal(answer.status, 413);
      assert.equal(answer.text, TOO_LARGE);
      await goesOn(connection);
    });

    it('a bit above the limit of megabytes leave the connection alive', async (t) => {
      const large = await backend.start('calls', 'largeBodies');
      t.after(() => large.stop());
      const body = Buffer.alloc(3 * 2 ** 20 - 1, 'x');
      for (const headers of [TOKEN, CHUNKED]) {
        const connection = await RawConnection.open(large.port);
        t.after(() => connection.leave());
        const length = headers === TOKEN ? { 'Content-Length': String(body.length) } : {};
        connection.write(request({ target: SHOW, headers: { ...headers, ...length } }));
        connection.write(headers === TOKEN ? body : chunked(body.toString()));
        const answer = await connection.read();
        assert.equal(answer.status, 413);
        assert.equal(answer.header('connection'), 'keep-alive');
        await goesOn(connection);
      }
    });

    it('far above what is worth reading end the connection', async (t) => {
      const connection = await opened(t);
      const headers = { ...TOKEN, 'Content-Length': String(2 ** 40) };
      const answer = await connection.write(request({ target: SHOW, headers })).read();
      assert.equal(answer.status, 413);
      assert.equal(answer.header('connection'), 'close');
      connection.write(Buffer.alloc(4 * 1024 * 1024));
      await connection.closed;
    });

    it('that wait for 100 Continue get it once they are welcome', async (t) => {
      const connection = await opened(t);
      connection.write(request({ target: SHOW, headers: { ...EXPECT, 'Content-Length': '11' } }));
      assert.equal((await connection.read()).status, 100);
      assert.equal((await connection.write('{"input":7}').read()).json.result, '7');
      await goesOn(connection);
    });

    it('that wait for 100 Continue never get it when they are refused', async (t) => {
      for (const [target, headers, length, status] of [
        [SHOW, { Expect: '100-continue' }, 10, 401],
        ['/__runner/task/ghost', EXPECT, 10, 404],
        [SHOW, EXPECT, 1001, 413],
        ['/other', EXPECT, 10, 404],
      ] as const) {
        const connection = await opened(t);
        const answer = await connection
          .write(request({ target, headers: { ...headers, 'Content-Length': String(length) } }))
          .read();
        assert.equal(answer.status, status, target);
        assert.equal(answer.header('connection'), 'close', `${target} ${status}`);
        await connection.closed;
      }
    });

    it('that break the framing answer 400 and end the connection', async (t) => {
      for (const broken of ['zz\r\n{}\r\n0\r\n\r\n', '2\r\n{}xx\r\n0\r\n\r\n', 'ffffffffffffffffff\r\n']) {
        const connection = await opened(t);
        connection.write(request({ target: SHOW, headers: CHUNKED })).write(broken);
        const answer = await connection.read();
        assert.equal(answer.status, 400, broken);
        assert.equal(answer.header('connection'), 'close');
        await connection.closed;
      }
    });
  });
}
