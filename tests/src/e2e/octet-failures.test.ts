/** Bodies of bytes that their handler can not have whole: the client leaves, the answer comes first, they break off. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { setTimeout as later } from 'node:timers/promises';

import { backends } from '../harness/backends';
import { it } from '../harness/it';
import { exchange } from '../harness/request';
import {
  allFree,
  barrier,
  CHUNKED,
  calling,
  chunk,
  failures,
  goesOn,
  KERNEL,
  octetHead,
  opened,
  plain,
  started,
} from '../harness/streams';

/** More than the buffers of both kernels and of the server could take in. */
const ENDLESS = 64 * 2 ** 20;

for (const backend of backends) {
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
