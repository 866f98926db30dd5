import type { globals, NodeExposureDeps } from '@bluelibs/runner/node';
import type { Discovery } from '../application';
import type { TargetKind } from '../call';
import { isFunction } from '../check';

export type Store = NodeExposureDeps['store'];
type ResourceEntry = ReturnType<Store['resources']['get']> & object;
type TunnelTag = typeof globals.tags.tunnel;

/** What the tunnels say about one id. */
export interface Selection {
  /** Whether there is any tunnel that serves over HTTP. */
  enabled: boolean;
  selected: boolean;
  /** Whether the caller's async contexts may come along. */
  acceptsContext: boolean;
}

/** Told about each selector that throws. */
export type SelectorFault = (fault: {
  selectorKind: TargetKind;
  candidateId: string;
  tunnelResourceId: string;
  error: unknown;
}) => void;

/** What a tunnel resource's value may look like; nothing of it is checked by the Runner. */
interface TunnelValue {
  mode?: unknown;
  transport?: unknown;
  tasks?: unknown;
  events?: unknown;
  allowAsyncContext?: unknown;
}

type Selector = (candidate: { id: string }) => unknown;

const MEMBERS = { task: 'tasks', event: 'events' } as const;

/**
 * Which ids may be called, as the tunnels say at this very moment (contract 3.3 and 3.4): nothing is remembered but which
 * resources are tunnels, which is fixed once the store is locked, and where in a list an id stood last time.
 */
export class AllowList {
  private tunnels: Tunnel[] | undefined;

  constructor(
    private readonly store: Store,
    private readonly tag: TunnelTag,
  ) {}

  select(kind: TargetKind, id: string, onFault: SelectorFault): Selection {
    const selection: Selection = { enabled: false, selected: false, acceptsContext: true };
    for (const tunnel of this.all()) {
      const value = tunnel.value();
      if (value === undefined) continue;
      selection.enabled = true;
      if (tunnel.selects(kind, id, value[MEMBERS[kind]], onFault)) {
        selection.selected = true;
        if (value.allowAsyncContext === false) selection.acceptsContext = false;
      }
    }
    return selection;
  }

  discover(onFault: SelectorFault): Discovery {
    const tasks = new Set<string>();
    const events = new Set<string>();
    let enabled = false;
    for (const tunnel of this.all()) {
      const value = tunnel.value();
      if (value === undefined) continue;
      enabled = true;
      for (const id of tunnel.ids('task', value.tasks, onFault)) tasks.add(id);
      for (const id of tunnel.ids('event', value.events, onFault)) events.add(id);
    }
    return { enabled, tasks: [...tasks], events: [...events] };
  }

  /** Before the store is locked the port may be open, but no dependency is there yet: nothing is exposed (contract D11). */
  private all(): readonly Tunnel[] {
    if (!this.store.isLocked) return [];
    this.tunnels ??= [...this.store.resources.values()]
      .filter(({ resource }) => resource.tags?.some((tag) => tag?.id === this.tag.id))
      .map((entry) => new Tunnel(this.store, entry));
    return this.tunnels;
  }
}

class Tunnel {
  private readonly places = { task: new Places(), event: new Places() };

  constructor(
    private readonly store: Store,
    private readonly entry: ResourceEntry,
  ) {}

  /** The resource's value, if it serves over HTTP now. */
  value(): TunnelValue | undefined {
    const value = this.entry.value as TunnelValue | null | undefined;
    if (typeof value !== 'object' || value === null) return undefined;
    if (value.mode !== 'server' && value.mode !== 'both') return undefined;
    return value.transport && value.transport !== 'http' ? undefined : value;
  }

  selects(kind: TargetKind, id: string, selector: unknown, onFault: SelectorFault): boolean {
    if (Array.isArray(selector)) return this.places[kind].holds(selector, id);
    if (!isFunction(selector)) return false;
    const candidate = this.candidate(kind, id);
    return candidate !== undefined && this.asks(kind, selector as Selector, candidate, onFault);
  }

  *ids(kind: TargetKind, selector: unknown, onFault: SelectorFault): Iterable<string> {
    if (Array.isArray(selector)) {
      for (const item of selector) {
        const id = idOf(item);
        if (id !== undefined) yield id as string;
      }
    } else if (isFunction(selector)) {
      for (const { id } of this.candidates(kind)) {
        const candidate = this.candidate(kind, id);
        if (candidate !== undefined && this.asks(kind, selector as Selector, candidate, onFault))
          yield candidate.id;
      }
    }
  }

  private asks(
    kind: TargetKind,
    selector: Selector,
    candidate: { id: string },
    onFault: SelectorFault,
  ): boolean {
    try {
      return Boolean(selector(candidate));
    } catch (error) {
      onFault({
        selectorKind: kind,
        candidateId: candidate.id,
        tunnelResourceId: this.entry.resource.id,
        error,
      });
      return false;
    }
  }

  /** A task's or event's definition; a client tunnel replaces it, so it is read anew. */
  private candidate(kind: TargetKind, id: string): { id: string } | undefined {
    return kind === 'task' ? this.store.tasks.get(id)?.task : this.store.events.get(id)?.event;
  }

  private *candidates(kind: TargetKind): Iterable<{ id: string }> {
    if (kind === 'task') for (const { task } of this.store.tasks.values()) yield task;
    else for (const { event } of this.store.events.values()) yield event;
  }
}

/** Where ids stand in a list. A remembered place counts only while the entry there still is the id. */
class Places {
  private list: readonly unknown[] | undefined;
  private readonly places = new Map<string, number>();

  holds(list: readonly unknown[], id: string): boolean {
    if (this.list !== list) {
      this.list = list;
      this.places.clear();
    }
    const place = this.places.get(id);
    if (place !== undefined && idOf(list[place]) === id) return true;
    const found = list.findIndex((item) => idOf(item) === id);
    if (found < 0) this.places.delete(id);
    else this.places.set(id, found);
    return found >= 0;
  }
}

/** What an entry of a list names: a string itself, or an object by its `id`. */
function idOf(item: unknown): unknown {
  if (typeof item === 'string') return item;
  if (typeof item !== 'object' || item === null) return undefined;
  return (item as { id?: unknown }).id || undefined;
}
