import { AsyncLocalStorage } from 'node:async_hooks';
import { globals, hasExposureContext, r, useExposureContext } from '@bluelibs/runner/node';
import type { Note } from '../notes';
import { type Contexts, readContexts } from './contexts';
import type { Gate } from './gate';
import { look, lookAtBody } from './look';

/** A task without types, as callers see it. */
export function task(id: string, run: (input: unknown) => unknown) {
  return r
    .task(id)
    .run(async (input: unknown) => run(input))
    .build();
}

/** A storage of the application's own. */
const storage = new AsyncLocalStorage<unknown>();

const NUMBER = {
  parse(value: unknown): number {
    if (typeof value !== 'number') throw new Error('no number');
    return value;
  },
};

export function tasks(note: Note, gate: Gate, known: Contexts) {
  const echo = (input: unknown): unknown => {
    note('echo', { input });
    return input;
  };
  return [
    task('echo', echo),
    task('app/tasks/x', echo),
    task('/app', echo),
    task('hidden', echo),
    task('add', (input) => {
      const { a, b } = input as { a: number; b: number };
      return a + b;
    }),
    task('depth', (input) => {
      let depth = 0;
      for (let at = input; Array.isArray(at); at = at[0]) depth += 1;
      return depth;
    }),
    task('look', () => {
      look(note);
      return null;
    }),
    task('look.body', () => lookAtBody(note)),
    task('contexts', () => {
      note('contexts', { ...readContexts(known), exposure: hasExposureContext() });
      return null;
    }),
    task('headers', () => {
      const { req } = useExposureContext();
      note('headers', { raw: req.rawHeaders.length, names: Object.keys(req.headers) });
    }),
    task('contexts.later', async (input) => {
      const before = useExposureContext();
      note(`comes ${input}`);
      await gate.pass();
      const isSame = useExposureContext() === before;
      note(`reads ${input}`, { ...readContexts(known), id: before.headers['x-runner-request-id'], isSame });
    }),
    task('storage.enter', (input) => {
      storage.enterWith(input);
      return storage.getStore();
    }),
    task('storage.read', () => storage.getStore() ?? 'nothing'),
    task('wait', async (input) => {
      const { signal } = useExposureContext();
      const label = String(input);
      signal.addEventListener('abort', () => {
        const { name, data, message } = signal.reason;
        note(`aborted ${label}`, { name, data, message });
      });
      note(`waits ${label}`);
      await gate.pass();
      note(`goes on ${label}`, signal.aborted);
      return label;
    }),
    task('follow', async (input) => {
      const { signal } = useExposureContext();
      note(`follows ${input}`);
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    }),
    r
      .task('checked')
      .inputSchema(NUMBER)
      .run(async (input: number) => input + 1)
      .build(),
    r
      .task('results.checked')
      .resultSchema(NUMBER)
      .run((async (input: unknown) => input) as never)
      .build(),
    limited('slow', [globals.middleware.task.timeout.with({ ttl: 1 })], () => new Promise(() => {})),
    limited('rare', [globals.middleware.task.rateLimit.with({ max: 1, windowMs: 60_000 })], () => 1),
    limited('broken', [globals.middleware.task.circuitBreaker.with({ failureThreshold: 1 })], () => {
      throw new Error('broke');
    }),
    limited('needs.context', [known[0].require()], () => 1),
  ];
}

// biome-ignore lint/suspicious/noExplicitAny: middleware of any kind.
function limited(id: string, middleware: any[], run: () => unknown) {
  return r
    .task(id)
    .middleware(middleware)
    .run(async () => run())
    .build();
}
