import type { NodeExposureHttpConfig } from '@bluelibs/runner/node';
import type { Parts, Tunnel } from './app';
import type { Note } from './notes';
import type { Side } from './side';

/**
 * How requests come to a server: over its own listener, over `createServer()` of its value, or over its own
 * listener where no native binary loads.
 */
export type Form = 'native' | 'delegated' | 'fallback';

/** How the app and the exposure of both sides are made. Everything is made anew for each side. */
export interface Setting {
  readonly form?: Form;
  /** Over `{ listen: { port: 0 }, auth: { token: TOKEN } }`. */
  readonly http?: () => NodeExposureHttpConfig;
  /** Default: one tunnel that lists every task and every event of the app. */
  readonly tunnels?: (parts: Parts) => Tunnel[];
  /** More to register: validators, serializers, contexts. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever the Runner can register.
  readonly extra?: (note: Note) => any[];
  /** More to register, after the exposure. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever the Runner can register.
  readonly later?: () => any[];
  // biome-ignore lint/suspicious/noExplicitAny: whatever the Runner can override.
  readonly overrides?: (note: Note) => any[];
  /** During the boot, when the exposure's server listens. */
  readonly booting?: (port: number) => Promise<void>;
  /** The tunnels are initialised after `booting`, not before. */
  readonly tunnelsLast?: boolean;
  /** After the start. */
  readonly started?: (side: Side) => unknown;
  /** Default false. */
  readonly lazy?: boolean;
}

export const TOKEN = 'secret';

export const PLAIN: Setting = {};
