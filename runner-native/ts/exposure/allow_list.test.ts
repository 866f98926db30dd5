import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { globals, r, run } from '@bluelibs/runner/node';
import fc from 'fast-check';
import { AllowList, type SelectorFault, type Store } from './allow_list';

const KINDS = ['task', 'event'] as const;
const IDS = ['a', 'b', 'c', 'd', 'unregistered'];

/** A tunnel's value, changed at will while the application runs. */
type Value = Record<string, unknown> | null | undefined;

const tasks = IDS.slice(0, 4).map((id) =>
  r
    .task(id)
    .run(async () => id)
    .build(),
);
const names = ['first', 'second', 'third'];
const tunnels = names.map((name) =>
  r
    .resource(name)
    .tags([globals.tags.tunnel])
    .init(async (): Promise<never> => ({}) as never)
    .build(),
);
const events = IDS.slice(0, 4).map((id) => r.event(`event.${id}`).build());
const app = r
  .resource('app')
  .register([...tasks, ...events, ...tunnels])
  .dependencies({ store: globals.resources.store })
  .init(async (_, { store }) => store)
  .build();

/** What contract 3.3 says, computed in full. */
function expected(values: Value[], kind: 'task' | 'event', id: string) {
  const result = { enabled: false, selected: false, acceptsContext: true };
  for (const value of values) {
    if (typeof value !== 'object' || value === null) continue;
    if (value.mode !== 'server' && value.mode !== 'both') continue;
    if (value.transport && value.transport !== 'http') continue;
    result.enabled = true;
    const selector = value[`${kind}s`];
    let selected = false;
    if (Array.isArray(selector)) {
      selected = selector.some(
        (item) => item === id || (typeof item === 'object' && item !== null && item.id === id),
      );
    } else if (typeof selector === 'function' && !id.endsWith('unregistered')) {
      try {
        selected = Boolean(selector({ id }));
      } catch {}
    }
    if (selected) {
      result.selected = true;
      if (value.allowAsyncContext === false) result.acceptsContext = false;
    }
  }
  return result;
}

describe('AllowList', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  let allowList: AllowList;
  const faults: Parameters<SelectorFault>[0][] = [];
  const set = (values: Value[]): void => {
    names.forEach((name, index) => {
      const entry = store.resources.get(name);
      assert.ok(entry);
      entry.value = values[index];
    });
  };
  const select = (kind: 'task' | 'event', id: string) =>
    allowList.select(kind, id, (fault) => faults.push(fault));

  before(async () => {
    const runtime = await run(app, { logs: { printThreshold: null }, shutdownHooks: false });
    store = runtime.value as unknown as Store;
    dispose = () => runtime.dispose();
    allowList = new AllowList(store, globals.tags.tunnel);
  });
  after(() => dispose());

  const prefix = { task: '', event: 'event.' };
  const item = (kind: 'task' | 'event') =>
    fc.oneof(
      fc.constantFrom(...IDS).map((id) => prefix[kind] + id),
      fc.constantFrom(...IDS).map((id) => ({ id: prefix[kind] + id })),
      fc.constantFrom(null, undefined, 5, {}, { id: '' }, [], () => 'a'),
    );
  const selector = (kind: 'task' | 'event') =>
    fc.oneof(
      fc.array(item(kind), { maxLength: 8 }),
      fc.constantFrom(
        (candidate: { id: string }) => candidate.id.endsWith('b'),
        () => 'truthy',
        () => {
          throw new Error('selector');
        },
        new Set(['a']),
        'a',
        undefined,
      ),
    );
  const value: fc.Arbitrary<Value> = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        mode: fc.constantFrom('server', 'both', 'client', undefined),
        transport: fc.constantFrom('http', '', undefined, 'ws'),
        tasks: selector('task'),
        events: selector('event'),
        allowAsyncContext: fc.constantFrom(true, false, undefined, 0),
      }),
    },
    { weight: 1, arbitrary: fc.constantFrom(null, undefined) },
  );

  it('decides as the full computation would, whatever changes between two calls', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(value, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
        (states) => {
          for (const values of states) {
            set(values);
            // Twice, so that remembered places are used; then with a list turned round in place.
            for (const turn of ['first', 'again', 'reversed']) {
              if (turn === 'reversed')
                for (const one of values) if (Array.isArray(one?.tasks)) one.tasks.reverse();
              for (const kind of KINDS) {
                for (const id of IDS) {
                  const full = prefix[kind] + id;
                  assert.deepEqual(
                    select(kind, full),
                    expected(values, kind, full),
                    `${turn} ${kind} ${full}`,
                  );
                }
              }
            }
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('notices an id that goes from a list, and one that comes', () => {
    const list: unknown[] = ['a', 'b'];
    set([{ mode: 'server', tasks: list }, undefined, undefined]);
    assert.equal(select('task', 'b').selected, true);
    list.length = 1;
    assert.equal(select('task', 'b').selected, false);
    list.push({ id: 'b' });
    assert.equal(select('task', 'b').selected, true);
  });

  it('reports a selector that throws, with the id it was asked about', () => {
    faults.length = 0;
    const error = new Error('selector');
    const fails = (): never => {
      throw error;
    };
    set([{ mode: 'server', tasks: fails }, undefined, undefined]);
    select('task', 'c');
    assert.deepEqual(faults, [{ selectorKind: 'task', candidateId: 'c', tunnelResourceId: 'first', error }]);
  });

  it('lists ids in the order of tunnels and selectors, registered or not', () => {
    set([
      { mode: 'server', tasks: ['d', { id: 'unregistered' }, 'a', 'd'], events: [] },
      { mode: 'client', tasks: ['b'] },
      { mode: 'both', tasks: ({ id }: { id: string }) => id !== 'c', events: () => true },
    ]);
    const { enabled, tasks: listedTasks, events: listed } = allowList.discover(() => {});
    assert.equal(enabled, true);
    assert.deepEqual(listedTasks, ['d', 'unregistered', 'a', 'b']);
    for (const { id } of events) assert.ok(listed.includes(id));
  });
});
