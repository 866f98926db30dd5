import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { describe } from 'node:test';
import {
  createHttpMixedClient,
  createHttpSmartClient,
  createNodeFile,
  globals,
  type NodeInputFile,
  r,
  Serializer,
  useExposureContext,
} from '@bluelibs/runner/node';
import { exposed } from '../harness/exposed';
import { formBody, formRequest, sentinel } from '../harness/form';
import { it } from '../harness/it';
import { RawConnection } from '../harness/raw';
import { request } from '../harness/request';

const LARGE = randomBytes(5 * 2 ** 20);
const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Says what arrived. */
const receive = r
  .task('receive')
  .run(async (files: NodeInputFile[]) => {
    const received = [];
    for (const file of files) {
      const hash = createHash('sha256');
      for await (const chunk of file.stream()) hash.update(chunk);
      received.push({ name: file.name, type: file.type, digest: hash.digest('hex') });
    }
    return received;
  })
  .build();

let note = (_: IncomingMessage): void => {};

/** Notes the request of the exposure context, and measures the file. */
const noting = r
  .task('note')
  .run(async (file: NodeInputFile) => {
    note(useExposureContext().req);
    let bytes = 0;
    for await (const chunk of file.stream()) bytes += chunk.length;
    return bytes;
  })
  .build();

for (const [name, create] of Object.entries({ createHttpSmartClient, createHttpMixedClient })) {
  describe(`uploads by ${name}`, () => {
    it('bring the same bytes', async (t) => {
      const tunnel = r
        .resource('uploads')
        .tags([globals.tags.tunnel])
        .init(async () => ({ mode: 'server', transport: 'http', tasks: [receive] }) as never)
        .build();
      const { port } = await exposed(t, {}, [receive, tunnel]);
      const client = create({ baseUrl: `http://127.0.0.1:${port}/__runner`, serializer: new Serializer() });
      const meta = { name: 'large.bin', type: 'application/x-large' };
      const files = [
        createNodeFile(meta, { buffer: LARGE }, 'large'),
        createNodeFile({ name: 'é.txt' }, { buffer: Buffer.from('small') }, 'small'),
      ];
      assert.deepEqual(await client.task('receive', files), [
        { ...meta, digest: sha(LARGE) },
        { name: 'é.txt', type: 'application/octet-stream', digest: sha(Buffer.from('small')) },
      ]);
    });
  });
}

describe('the request of a form', () => {
  it('is complete when all of the form has come', async (t) => {
    let seen: IncomingMessage | undefined;
    const noted = new Promise<boolean>((resolve) => {
      note = (req) => {
        seen = req;
        resolve(req.complete);
      };
    });
    const tunnel = r
      .resource('notes')
      .tags([globals.tags.tunnel])
      .init(async () => ({ mode: 'server', transport: 'http', tasks: [noting] }) as never)
      .build();
    const { port } = await exposed(t, {}, [noting, tunnel]);
    const whole = request(formRequest('note', formBody(sentinel('a'), [{ id: 'a', bytes: 'some bytes' }])));
    const connection = await RawConnection.open(port);
    t.after(() => connection.leave());
    const cut = whole.length - 20;
    connection.write(whole.subarray(0, cut));
    assert.equal(await noted, false);
    const answer = await connection.write(whole.subarray(cut)).read();
    assert.equal(answer.json.result, 10);
    assert.equal(seen?.complete, true);
  });
});
