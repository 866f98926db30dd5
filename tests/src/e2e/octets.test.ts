/** Bodies of bytes, read by the handler as they come. */
import assert from 'node:assert/strict';
import { afterEach, describe } from 'node:test';
import { setTimeout as later } from 'node:timers/promises';
import { patterned } from '../apps/streams';
import { type Backend, backends, type Running, shared } from '../harness/backends';
import { it } from '../harness/it';
import { RawConnection } from '../harness/raw';
import { chunked, exchange, request } from '../harness/request';
import {
  allFree,
  barrier,
  calling,
  chunk,
  failures,
  goesOn,
  LAST_CHUNK,
  OCTETS,
  octetHead,
  octets,
  plain,
  sha256,
} from '../harness/streams';

type Context = { after(fn: () => unknown): void };

const CHUNKED = { 'Transfer-Encoding': 'chunked' };
const million = patterned(1_000_000);
const large = patterned(5_000_000);
/** More than the buffers of both kernels and of the server could take in. */
const ENDLESS = 64 * 2 ** 20;
/** What Linux gives a connection over the loopback at most, with room. */
const KERNEL = 12 * 2 ** 20;

async function opened(t: Context, { port }: Pick<Running, 'port'>): Promise<RawConnection> {
  const connection = await RawConnection.open(port);
  t.after(() => connection.leave());
  return connection;
}

async function started(t: Context, backend: Backend, variant: 'streams' | 'shortBody' | 'handlerLimit') {
  const server = await backend.start('streams', variant);
  t.after(() => server.stop());
  return server;
}

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

  describe(`bodies of bytes whose client leaves (${backend.name})`, () => {
    const ways: Record<string, (client: { leave(): void; reset(): void }) => void> = {
      'closes its socket': (client) => client.leave(),
      'resets its socket': (client) => client.reset(),
    };
    for (const [way, leave] of Object.entries(ways)) {
      it(`fail with ECONNRESET, fire the signal and log nothing: ${way}`, async (t) => {
        const server = await started(t, backend, 'streams');
        for (const [name, sent] of [
          ['length', octetHead('watch', { 'Content-Length': '100', 'x-name': 'length' })],
          ['chunks', octetHead('watch', { ...CHUNKED, 'x-name': 'chunks' })],
        ] as const) {
          const client = await calling(t, server, sent);
          client.write(name === 'chunks' ? chunk('some bytes') : 'some bytes');
          await server.logs.noted('started', name);
          leave(client);
          await server.logs.noted('aborted', name);
          const { data } = await server.logs.until(
            (record) => record.message === 'body failed' && record.data.name === name,
          );
          assert.deepEqual(data, { name, code: 'ECONNRESET', message: 'aborted' });
        }
        await allFree(server);
        assert.deepEqual(failures(server), []);
      });
    }

    it('harm nobody where the handler does not listen to errors', async (t) => {
      const server = await started(t, backend, 'streams');
      for (const id of ['touched.wait', 'data.wait']) {
        const client = await calling(t, server, octetHead(id, { 'Content-Length': '100', 'x-name': id }));
        client.write('some bytes');
        await server.logs.noted('started', id);
        client.leave();
        await server.logs.noted('aborted', id);
        await barrier(server);
      }
      await allFree(server);
      assert.deepEqual(failures(server), []);
    });

    it('fail for a handler that reads them only then', async (t) => {
      const server = await started(t, backend, 'streams');
      const client = await calling(
        t,
        server,
        octetHead('stall', { 'Content-Length': String(ENDLESS), 'x-name': 'afterwards' }),
      );
      await server.logs.noted('started', 'afterwards');
      // As much as there is room for on the way.
      for (let sent = 0; sent < KERNEL; sent += 65_536) client.write(Buffer.alloc(65_536));
      await later(200);
      client.leave();
      await exchange(server.port, plain('open', 'afterwards'));
      await server.logs.noted('aborted', 'afterwards');
      await allFree(server);
      assert.deepEqual(failures(server), []);
    });

    it('harm nobody where the handler never looks', async (t) => {
      const server = await started(t, backend, 'streams');
      const client = await calling(
        t,
        server,
        octetHead('stall', { 'Content-Length': '100', 'x-name': 'blind' }),
      );
      await server.logs.noted('started', 'blind');
      client.leave();
      await server.logs.noted('aborted', 'blind');
      await exchange(server.port, plain('open', 'blind'));
      await allFree(server);
      assert.deepEqual(failures(server), []);
    });
  });

  describe(`bodies of bytes that outlive their answer (${backend.name})`, () => {
    it('harm nobody where the handler goes on listening', async (t) => {
      const server = await started(t, backend, 'streams');
      const connection = await opened(t, server);
      connection.write(octetHead('data.only', { 'Content-Length': '100' }));
      connection.write('some bytes');
      assert.equal((await connection.read()).json.result, 'data only');
      connection.write('x'.repeat(90));
      await goesOn(connection);
      assert.deepEqual(failures(server), []);
    });

    it('end or fail for a handler that goes on reading behind a stream', async (t) => {
      const server = await started(t, backend, 'streams');
      const connection = await opened(t, server);
      connection.write(octetHead('answer.first', { 'Content-Length': '100', 'x-name': 'behind' }));
      connection.write('some bytes');
      assert.equal((await connection.read()).text, 'answered');
      connection.write('x'.repeat(90));
      await server.logs.until(
        ({ message, data }) => ['read', 'body failed'].includes(message) && data.name === 'behind',
      );
      await goesOn(connection);
    });
  });

  describe(`bodies of bytes that can not be read to their end (${backend.name})`, () => {
    it('fail where their framing breaks', async (t) => {
      const server = await started(t, backend, 'streams');
      const client = await calling(t, server, octetHead('watch', { ...CHUNKED, 'x-name': 'broken' }));
      client.write(chunk('some bytes'));
      await server.logs.noted('started', 'broken');
      client.write('zz\r\n');
      await server.logs.until(({ message }) => message === 'body failed');
      await client.end();
      await allFree(server);
    });

    it('fail where the client ends its side too early', async (t) => {
      const server = await started(t, backend, 'streams');
      const client = await calling(
        t,
        server,
        octetHead('watch', { 'Content-Length': '100', 'x-name': 'half' }),
      );
      client.write('some bytes');
      await server.logs.noted('started', 'half');
      client.socket.end();
      await server.logs.until(({ message }) => message === 'body failed');
      await client.end();
      await allFree(server);
    });

    it('fail where they do not come in time', async (t) => {
      const server = await started(t, backend, 'shortBody');
      const client = await calling(
        t,
        server,
        octetHead('watch', { 'Content-Length': '100', 'x-name': 'late' }),
      );
      client.write('some bytes');
      await server.logs.until(({ message }) => message === 'body failed');
      await client.end();
      await allFree(server);
    });

    it('fail when the time of the handler is up', async (t) => {
      const server = await started(t, backend, 'handlerLimit');
      const client = await calling(
        t,
        server,
        octetHead('watch', { 'Content-Length': '100', 'x-name': 'limit' }),
      );
      client.write('some bytes');
      await client.has('\r\n\r\n{');
      assert.match(client.text, /^HTTP\/1\.1 504 /);
      await server.logs.noted('aborted', 'limit');
      await server.logs.until(({ message }) => message === 'body failed');
    });
  });
}
