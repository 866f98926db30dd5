/** Bodies of bytes, read by the handler as they come. */
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
  goesOn,
  KERNEL,
  LAST_CHUNK,
  OCTETS,
  octetHead,
  octets,
  opened,
  plain,
  sha256,
} from '../harness/streams';

const million = patterned(1_000_000);
const large = patterned(5_000_000);
/** More than the buffers of both kernels and of the server could take in. */
const ENDLESS = 64 * 2 ** 20;

for (const backend of backends) {
  describe(`bodies of bytes (${backend.name})`, () => {
    const server = shared(backend, 'streams', 'streams');
    afterEach(() => allFree(server));
    const call = (id: string, body: string | Buffer, headers = {}) =>
      exchange(server.port, octets(id, body, headers));

    it('are a Readable, and the input is undefined', async () => {
      assert.deepEqual((await call('kind', 'some bytes')).json.result, { input: 'undefined', body: true });
      assert.deepEqual((await call('kind', '')).json.result, { input: 'undefined', body: true });
      assert.equal((await call('same', 'x')).json.result, true);
    });

    it('are there only for their own type', async () => {
      const kind = async (type: string): Promise<unknown> =>
        (await call('kind', '"text"', { 'Content-Type': type })).json.result;
      for (const type of [
        'application/json',
        'text/plain',
        'application/octet-stream ;x',
        'x/octet-stream',
      ]) {
        assert.deepEqual(await kind(type), { input: 'string', body: 'none' }, type);
      }
      for (const type of ['Application/OCTET-STREAM', 'application/octet-stream;charset=x']) {
        assert.deepEqual(await kind(type), { input: 'undefined', body: true }, type);
      }
    });

    const bodies: [name: string, bytes: Buffer][] = [
      ['nothing', Buffer.alloc(0)],
      ['one byte', Buffer.from('x')],
      ['more than the limit of JSON', patterned(1001)],
      ['64 KiB', patterned(65_536)],
      ['64 KiB and a byte', patterned(65_537)],
      ['256 KiB and a byte', patterned(262_145)],
      ['5 MB', large],
    ];
    for (const [name, bytes] of bodies) {
      const expected = { bytes: bytes.length, sha256: sha256(bytes) };

      it(`arrive whole: ${name}, with the head`, async (t) => {
        const connection = await opened(t, server);
        const answer = await connection.write(request(octets('digest', bytes))).read();
        assert.deepEqual(answer.json.result, expected);
        await goesOn(connection);
      });

      it(`arrive whole: ${name}, after the head`, async (t) => {
        const connection = await opened(t, server);
        connection.write(octetHead('digest', { 'Content-Length': String(bytes.length) }));
        await barrier(server);
        const answer = await connection.write(bytes).read();
        assert.deepEqual(answer.json.result, expected);
        await goesOn(connection);
      });

      it(`arrive whole: ${name}, in chunks`, async (t) => {
        const connection = await opened(t, server);
        connection.write(octetHead('digest', CHUNKED));
        for (let at = 0; at < bytes.length; at += 70_001) {
          connection.write(chunk(bytes.subarray(at, at + 70_001)));
        }
        const answer = await connection.write(LAST_CHUNK).read();
        assert.deepEqual(answer.json.result, expected);
        await goesOn(connection);
      });
    }

    it('arrive whole, byte by byte', async (t) => {
      const connection = await opened(t, server);
      connection.write(octetHead('digest', CHUNKED));
      for (const byte of 'some bytes') {
        connection.write(chunk(byte));
        await barrier(server);
      }
      const answer = await connection.write(LAST_CHUNK).read();
      assert.deepEqual(answer.json.result, { bytes: 10, sha256: sha256('some bytes') });
      await goesOn(connection);
    });

    it('reach the handler before they have ended', async (t) => {
      const connection = await opened(t, server);
      connection.write(octetHead('watch', { ...CHUNKED, 'x-name': 'before' }));
      connection.write(chunk('some '));
      await server.logs.noted('started', 'before');
      const answer = await connection.write(chunk('bytes')).write(LAST_CHUNK).read();
      assert.equal(answer.json.result.bytes, 10);
      await goesOn(connection);
    });

    it('without a body there are no bytes', async (t) => {
      const connection = await opened(t, server);
      const answer = await connection.write(octetHead('digest', {})).read();
      assert.equal(answer.json.result.bytes, 0);
      await goesOn(connection);
    });

    for (const id of ['unread', 'touched', 'first']) {
      it(`are dropped when the task \`${id}\` leaves them, and the connection goes on`, async (t) => {
        for (const sent of [
          request(octets(id, million)),
          Buffer.concat([octetHead(id, CHUNKED), chunked(million)]),
        ]) {
          const connection = await opened(t, server);
          const answer = await connection.write(sent).read();
          assert.equal(answer.status, 200);
          assert.equal(answer.header('connection'), 'keep-alive');
          await goesOn(connection);
        }
      });
    }

    it('that come after the answer are dropped', async (t) => {
      for (const id of ['unread', 'touched']) {
        const connection = await opened(t, server);
        connection.write(octetHead(id, { 'Content-Length': '100000' }));
        const answer = await connection.read();
        assert.equal(answer.status, 200, id);
        connection.write(Buffer.alloc(100_000));
        await goesOn(connection);
      }
    });

    it('that are far too much to drop end the connection after the answer', async (t) => {
      const connection = await opened(t, server);
      connection.write(octetHead('unread', { 'Content-Length': String(2 ** 40) }));
      const answer = await connection.read();
      assert.equal(answer.json.result, 'unread');
      assert.equal(answer.header('connection'), 'close');
      connection.write(Buffer.alloc(4 * 2 ** 20));
      await connection.closed;
    });

    it('do not keep the answer from a client that sends on and on', async (t) => {
      for (const id of ['unread', 'touched']) {
        const client = await calling(t, server, octetHead(id, CHUNKED));
        // All of it before the answer is looked at.
        for (let sent = 0; sent < 8 * 2 ** 20; sent += 65_536) client.write(chunk(Buffer.alloc(65_536)));
        await client.has('{"ok":true');
        assert.match(client.text, /^HTTP\/1\.1 200 OK\r\n/);
        client.leave();
      }
    });

    it('are refused before they arrive: 401, 403 comes first, 404, 405', async (t) => {
      const target = '/__runner/task/digest';
      for (const [wanted, headers, method, status] of [
        [target, { ...OCTETS, 'x-runner-token': 'wrong' }, 'POST', 401],
        ['/__runner/task/ghost', OCTETS, 'POST', 404],
        ['/__runner/tusk', OCTETS, 'POST', 404],
        ['/other', OCTETS, 'POST', 404],
        [target, OCTETS, 'PUT', 405],
      ] as const) {
        const connection = await opened(t, server);
        const answer = await connection
          .write(request({ method, target: wanted, headers: { ...headers, 'Content-Length': '5000' } }))
          .read();
        assert.equal(answer.status, status, wanted);
        connection.write('x'.repeat(5000));
        await goesOn(connection);
      }
    });

    it('that wait for 100 Continue get it when the handler reads', async (t) => {
      const expecting = { Expect: '100-continue', 'Content-Length': '10', 'x-name': 'expecting' };
      const connection = await opened(t, server);
      connection.write(octetHead('stall', expecting));
      await server.logs.noted('started', 'expecting');
      await barrier(server);
      let isThere = false;
      const interim = connection.read().then((answer) => {
        isThere = true;
        return answer;
      });
      await later(50);
      assert.equal(isThere, false, 'nobody has asked for the body');
      await exchange(server.port, plain('open', 'expecting'));
      assert.equal((await interim).status, 100);
      const answer = await connection.write('some bytes').read();
      assert.equal(answer.json.result.bytes, 10);
      await goesOn(connection);
    });

    it('that wait for 100 Continue never get it when nobody reads', async (t) => {
      const expecting = { Expect: '100-continue', 'Content-Length': '10' };
      for (const [id, headers, status] of [
        ['unread', {}, 200],
        ['touched', {}, 200],
        ['digest', { 'x-runner-token': 'wrong' }, 401],
        ['ghost', {}, 404],
      ] as const) {
        const connection = await opened(t, server);
        const answer = await connection.write(octetHead(id, { ...expecting, ...headers })).read();
        assert.equal(answer.status, status, id);
        assert.equal(answer.header('connection'), 'close', id);
        await connection.closed;
      }
    });

    it('are slowed to the pace of a handler that reads nothing', async (t) => {
      const client = await calling(
        t,
        server,
        octetHead('stall', { 'Content-Length': String(ENDLESS), 'x-name': 'slow' }),
      );
      await server.logs.noted('started', 'slow');
      const piece = Buffer.alloc(65_536);
      let accepted = 0;
      for (let sent = 0; sent < ENDLESS; sent += piece.length) {
        client.socket.write(piece, () => {
          accepted += piece.length;
        });
      }
      let before = -1;
      while (before !== accepted) {
        before = accepted;
        await later(200);
      }
      t.diagnostic(`the client got rid of ${(accepted / 2 ** 20).toFixed(1)} MiB`);
      assert.ok(accepted < KERNEL, `${accepted} bytes were taken`);
      await exchange(server.port, plain('open', 'slow'));
      await client.has('"bytes":');
      assert.ok(client.text.includes(`"bytes":${ENDLESS}`), client.text);
    });
  });
}
