import { AsyncLocalStorage } from 'node:async_hooks';
import type { App } from './apps';

/** Values that a task may return, by name. */
const VALUES: Record<string, unknown> = {
  null: null,
  zero: 0,
  empty: '',
  false: false,
  text: 'é\u2028😀"\\',
  list: [1, undefined, 'x'],
  nested: { kept: 1, dropped: undefined },
  date: new Date(0),
};

/** Shows an input as text, so that `undefined` and `null` can be told apart in an answer. */
function show(input: unknown): string {
  return input === undefined ? 'undefined' : (JSON.stringify(input) ?? typeof input);
}

/** Tasks that say what reached them. */
export const calls: App = (tunnel) => {
  const storage = new AsyncLocalStorage<string>();
  tunnel
    .registerTask('add', ({ a, b }: { a: number; b: number }) => a + b)
    .registerTask('add.later', async ({ a, b }: { a: number; b: number }) => a + b)
    .registerTask('show', show)
    .registerTask('size', (input: string) => input.length)
    .registerTask('value', (name: string) => VALUES[name])
    .registerTask('context', (_input: unknown, context) => {
      const { id, method, url, path, requestId, headers } = context;
      return { id, method, url, path, requestId, headers };
    })
    .registerTask('storage', (name: string) => {
      const before = storage.getStore() ?? null;
      storage.enterWith(name);
      return before;
    })
    .registerTask('app/tasks/x', () => 'slashes')
    .registerEvent('noted', () => undefined);
};
