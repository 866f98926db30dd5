import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { InputFile } from '@bluelibs/runner-native';
import type { App } from './apps';

/** Files, and a name for what is noted of the call. */
type Input = Readonly<Record<string, InputFile>>;
type Named = { readonly a: InputFile; readonly name: string };

/** Tasks that take files. */
export const forms: App = (tunnel, note) => {
  tunnel
    .registerTask('describe', (input: Input) =>
      Object.fromEntries(
        Object.entries(input).map(([key, { name, type, size, lastModified, extra }]) => [
          key,
          { name, type, size, lastModified, extra },
        ]),
      ),
    )
    // Reads the files one after the other, in the order of the input.
    .registerTask('digest', async (input: Input) => {
      const digests: Record<string, string> = {};
      for (const [key, file] of Object.entries(input)) digests[key] = await digest(file.stream());
      return digests;
    })
    .registerTask('ignore', () => 'ignored')
    .registerTask('give.back', ({ a }: Input) => a?.stream())
    .registerTask('temp', async ({ a }: Input) => {
      const { path, bytesWritten } = (await a?.toTempFile()) ?? { path: '', bytesWritten: 0 };
      const text = await readFile(path, 'utf8');
      await rm(path);
      return { bytesWritten, text };
    })
    .registerTask('twice', async ({ a }: Input) => {
      await a?.resolve();
      try {
        a?.stream();
        return 'read twice';
      } catch (error) {
        return (error as Error).message;
      }
    })
    .registerTask('wait', async ({ a, name }: Named, { signal }) => {
      signal.addEventListener('abort', () => note('aborted', name));
      note('started', name);
      const heard = await digest(a.stream()).catch((error: Error) => error);
      note('heard', `${name}: ${heard instanceof Error ? heard.message : 'nothing'}`);
      return heard;
    });
};

async function digest(stream: Readable): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest('hex');
}
