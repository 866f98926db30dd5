import type { AddressInfo } from 'node:net';
import { integer, members } from './check';
import { Listener } from './listener';
import { readServerOptions, type TunnelServerOptions } from './options';
import type { ListenSettings, Stats } from './served';
import { Tunnel } from './tunnel';

export interface CloseOptions {
  /** How long calls in flight may take to finish, in milliseconds. Default 10 000. */
  graceMs?: number;
}

/** Serves registered tasks and events over HTTP from Rust threads; handlers run on this thread. */
export class TunnelServer extends Tunnel {
  private readonly listener: Listener;
  private readonly place: ListenSettings;

  /**
   * Checks the options; nothing runs yet.
   *
   * @throws {TypeError | RangeError} naming the option, what was given, and what is allowed.
   */
  constructor(options: number | TunnelServerOptions) {
    const checked = readServerOptions(options);
    super(checked);
    this.place = checked.listen;
    this.listener = new Listener(checked.settings, this);
  }

  /**
   * Binds the port and starts serving.
   *
   * @throws {Error} with the `code` that `http.Server` would give, `EADDRINUSE` for example. The server can listen
   * again after such a failure.
   */
  listen(): Promise<AddressInfo> {
    return this.listener.listen(this.place);
  }

  /** Where it listens; `null` when it does not. */
  address(): AddressInfo | null {
    return this.listener.address();
  }

  /**
   * Stops accepting, lets calls in flight finish, and destroys what is left after `graceMs`. Resolves when nothing is
   * left. A second call joins the first, and can only shorten the time.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    const given = members('close', options, ['graceMs']);
    return this.listener.close(integer('graceMs', given.graceMs ?? 10_000, 0, 2 ** 31 - 1));
  }

  /** Settles when the server has ended: resolved after {@link close}, rejected when it could not go on. */
  get closed(): Promise<void> {
    return this.listener.closed;
  }

  /** Keeps the process alive while it listens, as it does anyway. */
  ref(): this {
    this.listener.hold(true);
    return this;
  }

  /** Lets the process end though it listens. */
  unref(): this {
    this.listener.hold(false);
    return this;
  }

  /** What has happened so far. */
  stats(): Stats {
    return this.listener.stats();
  }
}
