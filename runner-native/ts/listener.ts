import type { AddressInfo } from 'node:net';
import { getSystemErrorMap } from 'node:util';
import type { Application } from './application';
import { loadNative, type NativeServer } from './binding';
import { Dispatcher } from './dispatcher';
import { Ending } from './ending';
import type { Carrier } from './frames';
import { Lending } from './lending';
import type { Settings } from './options';
import type { Knob, ListenSettings, Served, Stats } from './served';

type State = 'new' | 'starting' | 'listening' | 'closing' | 'closed';

const INBOX = 128 * 1024;

/** The addon's server and the dispatcher behind it: listens, carries frames both ways, and closes. */
export class Listener implements Served {
  private readonly native: NativeServer;
  private state: State = 'new';
  private bound: AddressInfo | null = null;
  private alive = true;
  private inbox = Buffer.allocUnsafeSlow(INBOX);
  private dispatcher: Dispatcher | undefined;
  private readonly ending = new Ending();
  private readonly lending: Lending;

  /**
   * Checks the settings; nothing runs yet.
   *
   * @throws {TypeError} when Rust refuses them; {Error} when there is no binary for this platform.
   */
  constructor(
    settings: Settings,
    private readonly application: Application,
  ) {
    const { NativeServer } = loadNative();
    try {
      this.native = new NativeServer(JSON.stringify(settings));
      this.lending = new Lending(this.native);
    } catch (error) {
      throw new TypeError((error as Error).message);
    }
  }

  /**
   * Binds the port and starts serving.
   *
   * @throws {Error} with the `code` that `http.Server` would give, `EADDRINUSE` for example. It can listen again after
   * such a failure.
   */
  async listen({ host, ...options }: ListenSettings): Promise<AddressInfo> {
    if (this.state !== 'new') throw new Error(`listen(): this server is ${this.state}; make a new one`);
    this.state = 'starting';
    try {
      const address = await this.resolve(host === '' ? '::' : host);
      // Made here, so that requests start from the async context of whoever called listen().
      this.dispatcher = new Dispatcher(this.application, this.carrier, this.onClosed);
      const port = this.native.listen({ ...options, host: address }, this.drain);
      if (port < 0) throw await bindError(port, address, options.port);
      this.bound = { address, family: address.includes(':') ? 'IPv6' : 'IPv4', port };
      this.state = 'listening';
      this.native.hold(this.alive);
      return this.bound;
    } catch (error) {
      this.state = 'new';
      throw error;
    }
  }

  private async resolve(host: string): Promise<string> {
    if (this.native.isAddress(host)) return host;
    const { lookup } = await import('node:dns/promises');
    return (await lookup(host)).address;
  }

  /** Where it listens; `null` when it does not. */
  address(): AddressInfo | null {
    return this.bound;
  }

  /**
   * Stops accepting, lets calls in flight finish, and destroys what is left after `graceMs`. Resolves when nothing is
   * left. A second call joins the first, and can only shorten the time.
   */
  close(graceMs: number): Promise<void> {
    if (this.state === 'starting') {
      return Promise.reject(new Error('close(): listen() is still under way; wait for it first'));
    }
    if (this.state === 'new' || this.state === 'closed') {
      this.state = 'closed';
      this.ending.resolve();
      return Promise.resolve();
    }
    this.state = 'closing';
    this.bound = null;
    this.native.close(graceMs);
    return this.ending.promise;
  }

  /** Settles when the server has ended: resolved after {@link close}, rejected when it could not go on. */
  get closed(): Promise<void> {
    return this.ending.promise;
  }

  /** Whether it keeps the process alive while it listens. */
  hold(alive: boolean): void {
    this.alive = alive;
    if (this.state === 'listening') this.native.hold(alive);
  }

  /** Sets a limit or a time, in milliseconds, for what comes next on new and open connections. */
  tune(knob: Knob, value: number): void {
    this.native.tune(knob, value);
  }

  /** Closes the connections that have no request under way. */
  closeIdle(): void {
    this.native.closeIdle();
  }

  /** Destroys all connections; goes on listening. */
  closeAll(): void {
    this.native.closeAll();
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

  private readonly carrier: Carrier = {
    send: (outbox, length) => {
      if (this.state !== 'closed') this.native.respond(outbox, length);
    },
    sendData: (id, bytes) => {
      if (this.state !== 'closed') this.native.respondData(id, bytes);
    },
    take: (number, length) => {
      const bytes = this.lending.allocate(length);
      this.native.copyPiece(number, bytes);
      return bytes;
    },
    takeLent: (...place) => this.lending.take(...place),
    expect: (id, bytes) => {
      if (this.state !== 'closed') this.lending.expect(id, bytes);
    },
  };

  private readonly onClosed = (reason: string): void => {
    this.state = 'closed';
    this.bound = null;
    this.native.release();
    if (reason === '') this.ending.resolve();
    else this.ending.reject(new Error(`the server has stopped: ${reason}`));
  };
}

/** The error that `http.Server` emits for the same failure. */
async function bindError(errno: number, address: string, port: number): Promise<Error> {
  const { default: cluster } = await import('node:cluster');
  const [code, text] = getSystemErrorMap().get(errno) ?? [`errno ${errno}`, 'unknown error'];
  const shared =
    code === 'EADDRINUSE' && cluster.isWorker
      ? '; cluster workers do not share a native listener through the primary: set reusePort: true (of nativeExposure: http.native.reusePort)'
      : '';
  const error = new Error(`listen ${code}: ${text} ${address}:${port}${shared}`);
  return Object.assign(error, { code, errno, syscall: 'listen', address, port });
}
