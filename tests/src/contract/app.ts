/** The app under test: every part notes what it saw. */
import { globals, r, type TunnelRunner } from '@bluelibs/runner/node';
import { contexts } from './app/contexts';
import { events } from './app/events';
import { errors, failing } from './app/failures';
import { forms } from './app/forms';
import { Gate } from './app/gate';
import { octets } from './app/octets';
import { giving } from './app/results';
import { streaming } from './app/streams';
import { tasks } from './app/tasks';
import { writing } from './app/writers';
import type { Note } from './notes';

export type Tunnel = TunnelRunner;

// biome-ignore lint/suspicious/noExplicitAny: whatever the Runner can register.
type Registrable = any;

/** What an app is made of. */
export interface Parts {
  readonly registered: Registrable[];
  /** Every task and event but those that begin with `hidden`. */
  readonly taskIds: string[];
  readonly eventIds: string[];
  /** The task `wait` passes it. */
  readonly gate: Gate;
}

export function parts(note: Note): Parts {
  const gate = new Gate();
  const known = contexts(note);
  const allTasks = [
    ...tasks(note, gate, known),
    giving(),
    failing(),
    writing(note),
    streaming(note, gate),
    ...octets(note, gate),
    ...forms(note, gate),
  ];
  const { definitions, hooks, others } = events(note, known);
  const exposed = (id: string): boolean => !id.startsWith('hidden');
  return {
    registered: [...allTasks, ...definitions, ...hooks, ...others, ...errors(), ...known],
    taskIds: allTasks.map(({ id }) => id).filter(exposed),
    eventIds: definitions.map(({ id }) => id).filter(exposed),
    gate,
  };
}

/** A resource that is a tunnel. */
export function tunnelResource(tunnel: Tunnel, at: number, dependencies: object) {
  return r
    .resource(`contract.tunnel.${at}`)
    .tags([globals.tags.tunnel])
    .dependencies(dependencies as never)
    .init(async () => tunnel)
    .build();
}
