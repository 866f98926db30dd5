import { cancellationError, globals, hasExposureContext, r } from '@bluelibs/runner/node';
import type { Note } from '../notes';
import { type Contexts, readContexts } from './contexts';
import { FAILURES } from './failures';

interface Emission {
  readonly id: string;
  readonly data: unknown;
  readonly source: unknown;
}

const event = (id: string) => r.event<unknown>(id).build();

export function events(note: Note, known: Contexts) {
  const happened = event('happened');
  const replaced = event('replaced');
  const twice = event('twice');
  const fails = event('fails');
  const reads = event('reads');
  const parallel = r.event<unknown>('parallel').parallel().build();
  const checked = r
    .event<unknown>('checked.event')
    .payloadSchema({
      parse: (value: unknown) => {
        if (typeof value !== 'number') throw new Error('no number');
        return { checked: value };
      },
    })
    .build();
  const hidden = event('hidden.event');
  const silent = event('silent');

  // biome-ignore lint/suspicious/noExplicitAny: an event of any payload.
  const hook = (id: string, on: any, order: number, run: (emission: Emission) => unknown) =>
    r
      .hook(id)
      .on(on)
      .order(order)
      .run(async (emission) => run(emission as Emission))
      .build();
  const see =
    (name: string) =>
    ({ id, data, source }: Emission): void =>
      note(name, { id, data, source, exposure: hasExposureContext() });
  const failure = ({ data }: Emission): never => {
    if (data === 'cancel') throw cancellationError.new({ reason: 'hook' });
    throw (FAILURES[String(data)] ?? FAILURES.error)?.();
  };
  return {
    definitions: [happened, replaced, twice, fails, reads, parallel, checked, hidden, silent],
    hooks: [
      hook('hooks.happened', happened, 0, see('happened')),
      hook('hooks.replaced', replaced, 0, see('replaced')),
      hook('hooks.first', twice, 0, see('first')),
      hook('hooks.second', twice, 1, see('second')),
      hook('hooks.before', fails, -1, see('before')),
      hook('hooks.fails', fails, 0, failure),
      hook('hooks.beside', fails, 0, see('beside')),
      hook('hooks.after', fails, 1, see('after')),
      hook('hooks.reads', reads, 0, () => note('reads', readContexts(known))),
      hook('hooks.parallel.1', parallel, 0, see('parallel 1')),
      hook('hooks.parallel.2', parallel, 0, see('parallel 2')),
      hook('hooks.checked', checked, 0, see('checked')),
      hook('hooks.hidden', hidden, 0, see('hidden')),
    ],
    others: [interceptor(replaced.id, note)],
  };
}

/** Replaces the payload of an event on its way. */
function interceptor(id: string, note: Note) {
  return r
    .resource('contract.interceptor')
    .dependencies({ events: globals.resources.eventManager })
    .init(async (_config, { events }) => {
      events.intercept(async (next, emission) => {
        if (emission.id !== id) return next(emission);
        note('intercepted', emission.data);
        return next({ ...emission, data: { instead: emission.data } });
      });
    })
    .build();
}
