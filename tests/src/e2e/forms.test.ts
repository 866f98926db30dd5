import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { describe } from 'node:test';
import { backends, shared } from '../harness/backends';
import { formBody, formRequest, sentinel } from '../harness/form';
import { it } from '../harness/it';
import { RawConnection } from '../harness/raw';
import { chunked, exchange, request } from '../harness/request';

const LARGE = randomBytes(5 * 2 ** 20);
const sha = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');
const A = { a: sentinel('1') };

for (const backend of backends) {
  describe(`forms (${backend.name})`, () => {
    const server = shared(backend, 'forms');
    const send = (id: string, ...form: Parameters<typeof formBody>) =>
      exchange(server.port, formRequest(id, formBody(...form)));

    it('bring files, with what the manifest and their parts say of them', async () => {
      const meta = { name: 'given.txt', size: 3, lastModified: 7, extra: { tag: 'x' } };
      const files = [
        { id: '1', bytes: 'one', filename: 'dir/sent.txt', type: 'text/plain; x=y' },
        { id: '2', bytes: 'two', filename: '/tmp/b.png', type: 'image/png' },
      ];
      const answer = await send('describe', { a: sentinel('1', meta), b: sentinel('2') }, files);
      assert.deepEqual(answer.json.result, {
        a: { ...meta, type: 'text/plain' },
        b: { name: 'b.png', type: 'image/png' },
      });
    });

    it('bring their bytes, in any order of parts', async () => {
      const input = { a: sentinel('1'), b: sentinel('2') };
      const [one, two] = [
        { id: '1', bytes: LARGE },
        { id: '2', bytes: 'two' },
      ];
      const expected = { a: sha(LARGE), b: sha('two') };
      for (const [files, earlier] of [
        [[one, two], []],
        [[two, one], []],
        [[], [one, two]],
        [[one], [two]],
      ] as const) {
        const answer = await send('digest', input, [...files], [...earlier]);
        assert.deepEqual(answer.json.result, expected);
      }
      const other = await send('digest', { b: sentinel('2'), a: sentinel('1') }, [one, two]);
      assert.deepEqual(other.json.result, expected);
    });

    it('are not waited for by a task that does not read', async () => {
      assert.equal((await send('ignore', A, [{ id: '1', bytes: LARGE }])).json.result, 'ignored');
      assert.equal((await send('ignore', {}, [{ id: '9', bytes: LARGE }])).json.result, 'ignored');
    });

    it('can be answered with their own files', async () => {
      const answer = await send('give.back', A, [{ id: '1', bytes: LARGE }]);
      assert.equal(answer.status, 200);
      assert.equal(sha(answer.body), sha(LARGE));
    });

    it('bring files that are read once, and can be written to the disk', async () => {
      const files = [{ id: '1', bytes: 'to the disk' }];
      assert.deepEqual((await send('temp', A, files)).json.result, { bytesWritten: 11, text: 'to the disk' });
      assert.match((await send('twice', A, files)).json.result, /^the file a\.bin has been read already/);
    });

    it('start their task before they have arrived, and may come in chunks', async (t) => {
      const connection = await RawConnection.open(server.port);
      t.after(() => connection.leave());
      const body = formBody({ ...A, name: 'slow' }, [{ id: '1', bytes: 'slowly' }]);
      const cut = body.indexOf('\r\n--a-boundary\r\nContent-Disposition: form-data; name="file:1"');
      const last = '0\r\n\r\n'.length;
      connection.write(request(formRequest('wait', undefined, { 'Transfer-Encoding': 'chunked' })));
      connection.write(chunked(body.subarray(0, cut + 16)).subarray(0, -last));
      await server.logs.noted('started', 'slow');
      for (const byte of body.subarray(cut + 16)) {
        connection.write(chunked(Buffer.from([byte])).subarray(0, -last));
      }
      connection.write('0\r\n\r\n');
      assert.equal((await connection.read()).json.result, sha('slowly'));
    });

    it('are asked for only when their task may be called', async (t) => {
      for (const [id, status, then] of [
        ['ghost', 404, 'close'],
        ['ignore', 100, undefined],
      ] as const) {
        const connection = await RawConnection.open(server.port);
        t.after(() => connection.leave());
        const body = formBody(A, [{ id: '1', bytes: 'x' }]);
        const headers = { Expect: '100-continue', 'Content-Length': String(body.length) };
        connection.write(request(formRequest(id, undefined, headers)));
        const answer = await connection.read();
        assert.deepEqual([answer.status, answer.header('connection')], [status, then]);
        if (status === 100) assert.equal((await connection.write(body).read()).json.result, 'ignored');
      }
    });

    it('that fail say so, and leave the connection alive', async (t) => {
      const connection = await RawConnection.open(server.port);
      t.after(() => connection.leave());
      for (const [body, status, code] of [
        [formBody(A), 500, 'MISSING_FILE_PART'],
        [formBody(A).subarray(0, -6), 400, 'INVALID_MULTIPART'],
        [Buffer.from('--a-boundary--'), 400, 'MISSING_MANIFEST'],
        [formBody(A, [{ id: '1', bytes: 'x' }]).subarray(0, -10), 500, 'STREAM_ERROR'],
      ] as const) {
        const answer = await connection.write(request(formRequest('ignore', body))).read();
        assert.deepEqual([answer.status, answer.json.error.code], [status, code]);
      }
      const answer = await connection.write(request(formRequest('ignore', formBody(1)))).read();
      assert.equal(answer.json.result, 'ignored');
    });

    it('whose client leaves end their streams and fire the signal', async () => {
      const connection = await RawConnection.open(server.port);
      connection.write(request(formRequest('wait', undefined, { 'Content-Length': '100000' })));
      connection.write(formBody({ ...A, name: 'left' }, [{ id: '1', bytes: 'begins' }]).subarray(0, -20));
      await server.logs.noted('started', 'left');
      connection.leave();
      await server.logs.noted('aborted', 'left');
      await server.logs.noted('heard', 'left: aborted');
    });
  });

  describe(`forms with limits (${backend.name})`, () => {
    const server = shared(backend, 'forms', 'smallForms');

    it('answer 413 at once, whatever their task does', async (t) => {
      const connection = await RawConnection.open(server.port);
      t.after(() => connection.leave());
      connection.write(request(formRequest('wait', undefined, { 'Content-Length': '1000000' })));
      const body = formBody({ ...A, name: 'limited' }, [{ id: '1', bytes: LARGE.subarray(0, 2000) }]);
      connection.write(body.subarray(0, 300));
      await server.logs.noted('started', 'limited');
      connection.write(body.subarray(300));
      const answer = await connection.read();
      assert.equal(
        answer.text,
        '{"ok":false,"error":{"message":"File size limit exceeded","code":"PAYLOAD_TOO_LARGE"}}',
      );
      assert.equal(answer.status, 413);
      await server.logs.noted('heard', 'limited: File size limit exceeded');
    });

    it('count files, of any name', async () => {
      const files = ['1', '2', '3'].map((id) => ({ id, bytes: 'x' }));
      const two = await exchange(server.port, formRequest('ignore', formBody(1, files.slice(1))));
      assert.equal(two.json.result, 'ignored');
      const three = await exchange(server.port, formRequest('ignore', formBody(1, files)));
      assert.equal(three.json.error.message, 'Files limit exceeded');
    });
  });

  describe(`forms that are late (${backend.name})`, () => {
    const server = shared(backend, 'forms', 'shortBody');

    it('answer 408 and close the connection', async () => {
      const connection = await RawConnection.open(server.port);
      connection.write(request(formRequest('wait', undefined, { 'Content-Length': '100000' })));
      connection.write(formBody(A, [{ id: '1', bytes: 'begins' }]).subarray(0, -20));
      const answer = await connection.read();
      assert.deepEqual([answer.status, answer.header('connection')], [408, 'close']);
      await connection.closed;
    });
  });
}
