/** A server of its own process, with the options of its argument. */
import { type Stats, TunnelError, TunnelServer, type TunnelServerOptions } from '@bluelibs/runner-native';
import { answerQuestions, residentBytes } from '../tools/processes';

const options = JSON.parse(process.argv[2] ?? '{}') as Partial<TunnelServerOptions>;
const server = new TunnelServer({ port: 0, logger: { warn() {}, error() {} }, ...options });

let big = '';

server
  .registerTask('add', ({ a, b }: { a: number; b: number }) => a + b)
  .registerTask('size', (input: string) => input.length)
  .registerTask('echo', (input: unknown) => input)
  .registerTask('nothing', () => undefined)
  // A result of so many bytes.
  .registerTask('big', (size: number) => {
    if (big.length !== size) big = 'x'.repeat(size);
    return big;
  })
  // The answer is due later than that of a call which came after it.
  .registerTask('later', (input: unknown) => new Promise((resolve) => setImmediate(() => resolve(input))))
  .registerTask('fail', () => {
    throw new Error('expected');
  })
  .registerTask('refuse', (input: unknown) => {
    throw new TunnelError({ message: 'expected', id: 'long.errors.refused', httpCode: 422, data: input });
  })
  // Ends when its client has left.
  .registerTask('obey', (_input: unknown, { signal }) => {
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
    });
  });

answerQuestions({
  listen: async (): Promise<number> => (await server.listen()).port,
  stats: (): Stats => server.stats(),
  resident: collectedBytes,
  close: () => server.close({ graceMs: 0 }),
});

/** The resident memory after everything that JavaScript has let go of was collected (`--expose-gc`). */
async function collectedBytes(): Promise<number> {
  // Finalizers and weak references take turns of the loop between collections.
  for (let turn = 0; turn < 5; turn++) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return residentBytes();
}
