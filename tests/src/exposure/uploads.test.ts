import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { describe } from 'node:test';
import {
  createHttpMixedClient,
  createHttpSmartClient,
  createNodeFile,
  globals,
  type NodeInputFile,
  r,
  Serializer,
} from '@bluelibs/runner/node';
import { exposed } from '../harness/exposed';
import { it } from '../harness/it';

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
