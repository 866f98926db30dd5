import type { AddressInfo } from 'node:net';

/** Where and how to listen. */
export interface ListenSettings {
  host: string;
  port: number;
  reusePort: boolean;
  ioThreads: number;
}

/** What a server has done so far. */
export interface Stats {
  /** Calls that have not settled, those included whose client has left. */
  inFlight: number;
  /** Messages that wait for the JavaScript thread. */
  queued: number;
  /** Calls that had not settled `timeouts.abandonedMs` after their client left. */
  abandoned: number;
  /** Open connections. */
  connections: number;
  /** How often each status was answered. */
  answered: Record<number, number>;
}

/** What can be set while a server runs. */
export type Knob = 'headMs' | 'requestMs' | 'keepAliveMs' | 'maxConnections';

/** What brings calls to an application: the addon's server in this process, or the front that started it as a worker. */
export interface Served {
  /**
   * Calls may come from now on; gives where clients reach them.
   *
   * @throws {Error} when they can't; it may be tried again.
   */
  listen(place: ListenSettings): Promise<AddressInfo>;
  /** Where clients reach it; `null` when they don't. */
  address(): AddressInfo | null;
  /**
   * Takes no more calls, lets those in flight finish, and gives up what is left after `graceMs`. Resolves when nothing is
   * left. A second call joins the first, and can only shorten the time.
   */
  close(graceMs: number): Promise<void>;
  /** Settles when it has ended: resolved after {@link close}, rejected when it could not go on. */
  readonly closed: Promise<void>;
  /** Whether it keeps the process alive while it serves. */
  hold(alive: boolean): void;
  /** Sets a limit or a time, in milliseconds, for what comes next on new and open connections. */
  tune(knob: Knob, value: number): void;
  /** Closes the connections that have no request under way. */
  closeIdle(): void;
  /** Destroys all connections; goes on serving. */
  closeAll(): void;
  /** What has happened so far. */
  stats(): Stats;
}
