import cluster from 'node:cluster';
import { lookup } from 'node:dns/promises';
import { type AddressInfo, isIP, isIPv6 } from 'node:net';
import { getSystemErrorName } from 'node:util';
import { loadNative, type NativeServer } from './binding';
import { integer, members } from './check';
import { Dispatcher } from './dispatcher';
import { type CheckedServer, readServerOptions, type TunnelServerOptions } from './options';
import { Tunnel } from './tunnel';

export interface CloseOptions {
  /** How long calls in flight may take to finish, in milliseconds. Default 10 000. */
  graceMs?: number;
}

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

type State = 'new' | 'starting' | 'listening' | 'closing' | 'closed';

const INBOX = 128 * 1024;

/** Serves registered tasks and events over HTTP from Rust threads; handlers run on this thread. */
export class TunnelServer extends Tunnel {
  private readonly checked: CheckedServer;
  private readonly native: NativeServer;
  private state: State = 'new';
  private bound: AddressInfo | null = null;
  private alive = true;
  private inbox = Buffer.allocUnsafeSlow(INBOX);
  private dispatcher: Dispatcher | undefined;
  private ended: { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void } | undefined;

  /**
   * Checks the options; nothing runs yet.
   *
   * @throws {TypeError | RangeError} naming the option, what was given, and what is allowed.
   */
  constructor(options: number | TunnelServerOptions) {
    const checked = readServerOptions(options);
    super(checked);
    this.checked = checked;
    const { NativeServer } = loadNative();
    try {
      this.native = new NativeServer(JSON.stringify(checked.settings));
    } catch (error) {
      throw new TypeError((error as Error).message);
    }
  }

  /**
   * Binds the port and starts serving.
   *
   * @throws {Error} with the `code` that `http.Server` would give, `EADDRINUSE` for example. The server can listen
   * again after such a failure.
   */
  async listen(): Promise<AddressInfo> {
    if (this.state !== 'new') throw new Error(`listen(): this server is ${this.state}; make a new one`);
    this.state = 'starting';
    try {
      const { host, ...options } = this.checked.listen;
      const address = isIP(host) ? host : (await lookup(host === '' ? '::' : host)).address;
      // Made here, so that requests start from the async context of whoever called listen().
      this.dispatcher = new Dispatcher(this, this.respond, this.onClosed);
      const port = this.native.listen({ ...options, host: address }, this.drain);
      if (port < 0) throw bindError(port, address, options.port);
      this.bound = { address, family: isIPv6(address) ? 'IPv6' : 'IPv4', port };
      this.state = 'listening';
      this.native.hold(this.alive);
      return this.bound;
    } catch (error) {
      this.state = 'new';
      throw error;
    }
  }

  /** Where it listens; `null` when it does not. */
  address(): AddressInfo | null {
    return this.bound;
  }

  /**
   * Stops accepting, lets calls in flight finish, and destroys what is left after `graceMs`. Resolves when nothing is
   * left. A second call joins the first, and can only shorten the time.
   */
  close(options: CloseOptions = {}): Promise<void> {
    let graceMs: number;
    try {
      const given = members('close', options, ['graceMs']);
      graceMs = integer('graceMs', given.graceMs ?? 10_000, 0, 2 ** 31 - 1);
    } catch (error) {
      return Promise.reject(error);
    }
    if (this.state === 'starting') {
      return Promise.reject(new Error('close(): listen() is still under way; wait for it first'));
    }
    if (this.state === 'new' || this.state === 'closed') {
      this.state = 'closed';
      this.end().resolve();
      return Promise.resolve();
    }
    this.state = 'closing';
    this.bound = null;
    const ended = this.end();
    this.native.close(graceMs);
    return ended.promise;
  }

  /** Settles when the server has ended: resolved after {@link close}, rejected when it could not go on. */
  get closed(): Promise<void> {
    return this.end().promise;
  }

  /** Keeps the process alive while it listens, as it does anyway. */
  ref(): this {
    return this.hold(true);
  }

  /** Lets the process end though it listens. */
  unref(): this {
    return this.hold(false);
  }

  /** What has happened so far. */
  stats(): Stats {
    const { answered: pairs, ...stats } = this.native.stats();
    const answered: Record<number, number> = {};
    for (let at = 0; at + 1 < pairs.length; at += 2) {
      answered[pairs[at] as number] = pairs[at + 1] as number;
    }
    return { ...stats, answered };
  }

  private hold(alive: boolean): this {
    this.alive = alive;
    if (this.state === 'listening') this.native.hold(alive);
    return this;
  }

  /** The doorbell: takes everything that waits, once. What comes meanwhile rings again. */
  private readonly drain = (): void => {
    let first = true;
    while (this.state !== 'closed') {
      const length = this.native.drain(this.inbox, first);
      first = false;
      if (length === 0) return;
      if (length > 0) this.dispatcher?.receive(this.inbox, length);
      else this.inbox = Buffer.allocUnsafeSlow(-length);
    }
  };

  private readonly respond = (outbox: Buffer, length: number): void => {
    if (this.state !== 'closed') this.native.respond(outbox, length);
  };

  private readonly onClosed = (reason: string): void => {
    this.state = 'closed';
    this.bound = null;
    this.native.release();
    if (reason === '') this.end().resolve();
    else this.end().reject(new Error(`the server has stopped: ${reason}`));
  };

  private end(): NonNullable<TunnelServer['ended']> {
    if (this.ended === undefined) {
      let resolve!: () => void;
      let reject!: (error: Error) => void;
      const promise = new Promise<void>((...settle) => {
        [resolve, reject] = settle;
      });
      // Whoever asks gets the reason; a server nobody asks must not end the process by it.
      promise.catch(() => {});
      this.ended = { promise, resolve, reject };
    }
    return this.ended;
  }
}

/** The error that `http.Server` emits for the same failure. */
function bindError(errno: number, address: string, port: number): Error {
  const code = getSystemErrorName(errno);
  const shared =
    code === 'EADDRINUSE' && cluster.isWorker
      ? '; cluster workers do not share a native listener through the primary: set reusePort: true'
      : '';
  const error = new Error(`listen ${code}: ${address}:${port}${shared}`);
  return Object.assign(error, { code, errno, syscall: 'listen', address, port });
}
