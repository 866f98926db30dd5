import { EventEmitter } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Settings } from '../options';
import type { Knob, Served } from '../served';

type Callback = (error?: Error) => void;

/** What the properties set. */
const KNOBS = {
  headersTimeout: 'headMs',
  requestTimeout: 'requestMs',
  keepAliveTimeout: 'keepAliveMs',
  maxConnections: 'maxConnections',
} as const satisfies Record<string, Knob>;

/**
 * What users touch on the exposure's `http.Server`, for a listener that Rust serves. It emits `close`; it never emits
 * `request`, `connection` or `upgrade`, as no Node socket is there.
 */
export class ListeningServer extends EventEmitter {
  /** As on a fresh `http.Server`; nothing here depends on them. */
  timeout = 0;
  maxHeadersCount: number | null = null;
  maxRequestsPerSocket = 0;
  private readonly knobs: Record<Knob, number>;
  private isOpen = true;

  constructor(
    private readonly listener: Served,
    { timeouts, limits }: Settings,
    private readonly graceMs: number,
  ) {
    super();
    const { headMs, requestMs, keepAliveMs } = timeouts;
    this.knobs = { headMs, requestMs, keepAliveMs, maxConnections: limits.maxConnections };
    const ended = (): void => {
      this.isOpen = false;
      this.emit('close');
    };
    listener.closed.then(ended, ended);
  }

  get listening(): boolean {
    return this.isOpen && this.listener.address() !== null;
  }

  address(): AddressInfo | null {
    return this.listener.address();
  }

  /** Stops accepting; the callback and `close` come when every connection has ended. */
  close(callback?: Callback): this {
    if (!this.listening) {
      const error = Object.assign(new Error('Server is not running.'), { code: 'ERR_SERVER_NOT_RUNNING' });
      if (callback !== undefined) process.nextTick(callback, error);
      return this;
    }
    if (callback !== undefined) this.once('close', () => callback());
    void this.listener.close(this.graceMs);
    return this;
  }

  closeIdleConnections(): void {
    this.listener.closeIdle();
  }

  closeAllConnections(): void {
    this.listener.closeAll();
  }

  getConnections(callback: (error: Error | null, count: number) => void): this {
    process.nextTick(callback, null, this.listener.stats().connections);
    return this;
  }

  ref(): this {
    this.listener.hold(true);
    return this;
  }

  unref(): this {
    this.listener.hold(false);
    return this;
  }

  /** Milliseconds after an answer for which an idle connection stays open. */
  get keepAliveTimeout(): number {
    return this.knobs.keepAliveMs;
  }

  set keepAliveTimeout(value: number) {
    this.tune('keepAliveTimeout', value);
  }

  /** Milliseconds for a complete head. */
  get headersTimeout(): number {
    return this.knobs.headMs;
  }

  set headersTimeout(value: number) {
    this.tune('headersTimeout', value);
  }

  /** Milliseconds for a complete body. */
  get requestTimeout(): number {
    return this.knobs.requestMs;
  }

  set requestTimeout(value: number) {
    this.tune('requestTimeout', value);
  }

  /** Above it, new connections wait. */
  get maxConnections(): number {
    return this.knobs.maxConnections;
  }

  set maxConnections(value: number) {
    this.tune('maxConnections', value);
  }

  /** @throws {RangeError} naming the property. */
  private tune(property: keyof typeof KNOBS, value: number): void {
    const number = Number(value);
    if (!(number >= 0)) throw new RangeError(`${property} must be a number from 0 on, got ${String(value)}`);
    this.knobs[KNOBS[property]] = number;
    this.listener.tune(KNOBS[property], Math.min(number, 2 ** 31));
  }
}
