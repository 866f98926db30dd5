/** Answers of bytes, sent as the handler gives them. */
import assert from 'node:assert/strict';
import { afterEach, describe } from 'node:test';
import { setTimeout as later } from 'node:timers/promises';
import { patterned } from '../apps/streams';
import { backends, shared } from '../harness/backends';
import { it } from '../harness/it';
import { chunked, exchange, request } from '../harness/request';
import {
  allFree,
  barrier,
  CHUNKED,
  calling,
  chunk,
  failures,
  goesOn,
  KERNEL,
  LAST_CHUNK,
  octetHead,
  octets,
  opened,
  plain,
  sha256,
  started,
} from '../harness/streams';

const INTERNAL = '{"ok":false,"error":{"message":"Internal Error","code":"INTERNAL_ERROR"}}';

for (const backend of backends) {
  describe(`answers of bytes (${backend.name})`, () => {
    const server = shared(backend, 'streams', 'streams');
    afterEach(() => allFree(server));

    for (const bytes of [1, 65_536, 65_537, 300_000, 5_000_000]) {
      it(`arrive whole: ${bytes}`, async (t) => {
        const connection = await opened(t, server);
        for (const piece of [bytes > 100_000 ? 65_536 : 500, 1_000_000]) {
          const answer = await connection.write(request(plain('give', { bytes, piece }))).read();
          assert.equal(answer.status, 200);
          assert.equal(answer.header('transfer-encoding'), 'chunked');
          assert.equal(answer.header('content-type'), 'application/octet-stream');
          assert.equal(answer.header('x-content-type-options'), 'nosniff');
          assert.equal(sha256(answer.body), sha256(patterned(bytes)));
        }
        await goesOn(connection);
      });
    }

    it('of no bytes have a length', async (t) => {
      const connection = await opened(t, server);
      const answer = await connection.write(request(plain('empty'))).read();
      assert.equal(answer.header('content-length'), '0');
      assert.equal(answer.header('transfer-encoding'), undefined);
      await goesOn(connection);
    });

    it('may bring a status, a type and headers', async (t) => {
      const connection = await opened(t, server);
      const answer = await connection.write(request(plain('wrapped'))).read();
      assert.equal(answer.status, 206);
      assert.equal(answer.header('content-type'), 'text/plain');
      assert.deepEqual(answer.headers['x-many'], ['a', 'b']);
      assert.equal(answer.header('set-cookie'), undefined);
      assert.equal(answer.header('connection'), 'keep-alive');
      assert.equal(answer.text, 'wrapped');
      await goesOn(connection);
    });

    it('may be the body itself, or made of it', async (t) => {
      for (const body of ['', 'some bytes', patterned(300_000)]) {
        const connection = await opened(t, server);
        for (const sent of [
          request(octets('echo', body)),
          Buffer.concat([octetHead('echo', CHUNKED), chunked(...(body.length > 0 ? [body] : []))]),
        ]) {
          const answer = await connection.write(sent).read();
          assert.equal(sha256(answer.body), sha256(body));
        }
        const answer = await connection.write(request(octets('upper', 'some bytes'))).read();
        assert.equal(answer.text, 'SOME BYTES');
        await goesOn(connection);
      }
    });

    it('and bodies go on side by side', async (t) => {
      const client = await calling(t, server, octetHead('echo', CHUNKED));
      for (let n = 0; n < 20; n++) {
        client.write(chunk(`piece ${n};`));
        await client.has(`piece ${n};`);
      }
      client.write(LAST_CHUNK);
      await client.until((text) => text.endsWith(LAST_CHUNK));
      assert.equal(client.ended, false);
    });

    it('and bodies of megabytes go on side by side', async (t) => {
      const connection = await opened(t, server);
      const whole = patterned(8_000_000);
      const answer = await connection.write(request(octets('echo', whole))).read();
      assert.equal(sha256(answer.body), sha256(whole));
      await goesOn(connection);
    });

    it('that fail at once are a 500 that is logged', async (t) => {
      const connection = await opened(t, server);
      const { length } = failures(server);
      const answer = await connection.write(request(plain('fails.first'))).read();
      assert.equal(answer.status, 500);
      assert.equal(answer.text, INTERNAL);
      await goesOn(connection);
      // A worker's log comes by another way than its answers.
      await server.logs.until(() => failures(server).length === length + 1);
    });

    it('that fail later cut the connection, and are logged', async (t) => {
      const { length } = failures(server);
      const client = await calling(t, server, request(plain('fails.later', 0, { 'x-name': 'fails' })));
      await client.has('first ');
      await exchange(server.port, plain('open', 'fails'));
      await client.end();
      assert.ok(!client.text.endsWith(LAST_CHUNK), client.text);
      await server.logs.noted('source closed', 'fails');
      assert.equal(failures(server).length, length + 1);
    });

    it('come as they are given', async (t) => {
      const client = await calling(t, server, request(plain('held', 0, { 'x-name': 'held' })));
      await client.has('first ');
      await exchange(server.port, plain('open', 'held'));
      await client.has(`last\r\n${LAST_CHUNK}`);
      await server.logs.noted('source closed', 'held');
      client.leave();
      await barrier(server);
      assert.ok(!server.logs.records.some(({ message, data }) => message === 'aborted' && data === 'held'));
    });

    it('are made no faster than their client takes them', async (t) => {
      const client = await calling(t, server, request(plain('endless', 0, { 'x-name': 'slow' })));
      await client.has('\r\n\r\n');
      client.socket.pause();
      const pulled = async (): Promise<number> =>
        (await exchange(server.port, plain('pulled', 'slow'))).json.result;
      let before = -1;
      let now = await pulled();
      while (before !== now) {
        before = now;
        await later(200);
        now = await pulled();
      }
      t.diagnostic(`${(now / 2 ** 20).toFixed(1)} MiB were made`);
      assert.ok(now < KERNEL + client.text.length, `${now} bytes were made`);
      const { length } = client.text;
      client.socket.resume();
      await client.until((text) => text.length > length + 2 * KERNEL);
      client.leave();
      await server.logs.noted('source closed', 'slow');
      await server.logs.noted('aborted', 'slow');
    });

    const ways: Record<string, (client: { leave(): void; reset(): void }) => void> = {
      closes: (client) => client.leave(),
      resets: (client) => client.reset(),
    };
    for (const [way, leave] of Object.entries(ways)) {
      it(`end with their client: it ${way} the socket`, async (t) => {
        const { length } = failures(server);
        for (const id of ['held', 'endless']) {
          const name = `${id} ${way}`;
          const client = await calling(t, server, request(plain(id, 0, { 'x-name': name })));
          await client.has('\r\n\r\n');
          leave(client);
          await server.logs.noted('source closed', name);
          await server.logs.noted('aborted', name);
        }
        assert.equal(failures(server).length, length);
      });
    }

    it('end with their client, who had not sent its whole body', async (t) => {
      const client = await calling(t, server, octetHead('echo.watched', { ...CHUNKED, 'x-name': 'both' }));
      client.write(chunk('some bytes'));
      await client.has('some bytes');
      client.leave();
      await server.logs.noted('source closed', 'both');
      await server.logs.noted('aborted', 'both');
      await server.logs.until(({ message, data }) => message === 'body failed' && data.name === 'both');
    });

    it('that nobody waits for any more are closed', async (t) => {
      const client = await calling(t, server, request(plain('too.late', 0, { 'x-name': 'too late' })));
      await server.logs.noted('started', 'too late');
      client.leave();
      await server.logs.noted('aborted', 'too late');
      await exchange(server.port, plain('open', 'too late'));
      await server.logs.noted('source closed', 'too late');
    });

    it('are given over HTTP/1.0 until the end of the connection', async (t) => {
      const sent = request({ ...plain('give', { bytes: 100_000 }), version: '1.0' });
      const client = await calling(t, server, sent);
      await client.end();
      const at = client.text.indexOf('\r\n\r\n') + 4;
      assert.ok(!/transfer-encoding/i.test(client.text.slice(0, at)));
      assert.equal(sha256(Buffer.from(client.text.slice(at), 'latin1')), sha256(patterned(100_000)));
    });

    it('are answered in order, pipelined', async (t) => {
      const connection = await opened(t, server);
      connection.write(
        Buffer.concat([
          request(plain('give', { bytes: 200_000 })),
          request(octets('echo', 'one')),
          request(plain('empty')),
          request(plain('open', 'x')),
          request(octets('unread', 'two')),
          request(octets('upper', 'three')),
        ]),
      );
      const sizes: number[] = [];
      for (let n = 0; n < 6; n++) sizes.push((await connection.read()).body.length);
      assert.deepEqual(sizes.slice(0, 3), [200_000, 3, 0]);
      assert.equal(sizes[5], 5);
      await goesOn(connection);
    });
  });

  describe(`answers of bytes and time (${backend.name})`, () => {
    it('may take longer than the handler, once they have begun', async (t) => {
      const server = await started(t, backend, 'handlerLimit');
      const client = await calling(t, server, request(plain('held', 0, { 'x-name': 'long' })));
      await client.has('first ');
      // Three times the limit.
      await later(150);
      assert.equal(client.ended, false);
      await exchange(server.port, plain('open', 'long'));
      await client.has('last');
    });
  });
}
