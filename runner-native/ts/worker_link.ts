import { type AddressInfo, connect, isIPv6, type Socket } from 'node:net';
import type { Application } from './application';
import { Dispatcher } from './dispatcher';
import { Ending } from './ending';
import { FrameReader } from './frame_reader';
import { type Carrier, type Frame, HEADER, Kind, putHeader, VERSION } from './frames';
import type { Settings } from './options';
import type { Served, Stats } from './served';

/** Where the front waits for the worker that it has started. */
export const FRONT_SOCKET = 'RUNNER_TUNNEL_SOCKET';

/** That place; `undefined` in a process that is no worker. */
export function frontSocket(): string | undefined {
  return process.env[FRONT_SOCKET] || undefined;
}

type State = 'new' | 'starting' | 'serving' | 'leaving' | 'closed';

const INBOX = 128 * 1024;
const MEMORY_BYTES = 8;

/**
 * A worker's end of the socket to its front, which listens, counts and closes connections for all of its workers. In pure
 * JavaScript: no addon is needed.
 */
export class WorkerLink implements Served {
  /** A front takes one connection from each worker, and would leave a second one waiting for ever. */
  private static readonly taken = new Set<string>();
  private state: State = 'new';
  private bound: AddressInfo | null = null;
  private alive = true;
  private socket: Socket | undefined;
  private dispatcher: Dispatcher | undefined;
  private readonly ending = new Ending();
  private start: { resolve(bound: AddressInfo): void; reject(error: Error): void } | undefined;
  private grace: NodeJS.Timeout | undefined;
  private deadline = Number.POSITIVE_INFINITY;

  /** Nothing runs yet. `left` is called when the front is gone, or has drained this worker, and nobody here asked for it. */
  constructor(
    private readonly path: string,
    private readonly settings: Settings,
    private readonly application: Application,
    private readonly left: () => void,
  ) {}

  /**
   * Says hello to the front, and resolves when that has accepted the settings and listens.
   *
   * @throws {Error} when the front can't be reached or ends the connection first. It may be tried again.
   */
  listen(): Promise<AddressInfo> {
    return new Promise((resolve, reject) => {
      if (this.state !== 'new') throw new Error(`listen(): this worker is ${this.state}; make a new one`);
      if (WorkerLink.taken.has(this.path)) {
        throw new Error('listen(): this process serves its front already; a worker has one exposure');
      }
      WorkerLink.taken.add(this.path);
      this.state = 'starting';
      this.start = { resolve, reject };
      // Made here, so that requests start from the async context of whoever called listen().
      this.dispatcher = new Dispatcher(this.application, this.carrier, this.onClosed, this.onWord);
      this.connect(this.dispatcher);
    });
  }

  /** Calls may come. Until then the front sends none: an application that still boots would refuse them. */
  ready(): void {
    if (this.state === 'serving') this.socket?.write(frame(Kind.Ready));
  }

  /** Where the front listens; `null` when nothing comes from there. */
  address(): AddressInfo | null {
    return this.bound;
  }

  /**
   * Tells the front to hand over no more calls, lets those in flight finish, and gives up what is left after `graceMs`.
   * Resolves when the front has let this worker go. A second call joins the first, and can only shorten the time.
   */
  close(graceMs: number): Promise<void> {
    if (this.state === 'starting') {
      return Promise.reject(new Error('close(): listen() is still under way; wait for it first'));
    }
    if (this.state === 'new') {
      this.state = 'closed';
      this.ending.resolve();
    }
    if (this.state === 'closed') return Promise.resolve();
    if (this.state === 'serving') this.socket?.write(frame(Kind.Leaving));
    this.state = 'leaving';
    this.bound = null;
    const deadline = performance.now() + graceMs;
    if (deadline < this.deadline) {
      this.deadline = deadline;
      clearTimeout(this.grace);
      this.grace = setTimeout(() => this.socket?.destroy(), graceMs);
    }
    return this.ending.promise;
  }

  get closed(): Promise<void> {
    return this.ending.promise;
  }

  hold(alive: boolean): void {
    this.alive = alive;
    if (alive) this.socket?.ref();
    else this.socket?.unref();
  }

  /** Does nothing: the connections are the front's, which goes by the settings of the hello. */
  tune(): void {}

  /** Does nothing: the connections are the front's, and other workers' calls may be on them. */
  closeIdle(): void {}

  /** Does nothing, as {@link closeIdle}. */
  closeAll(): void {}

  /** Only the calls of this worker: everything else is counted by the front alone. */
  stats(): Stats {
    const inFlight = this.dispatcher?.inFlight ?? 0;
    return { inFlight, queued: 0, abandoned: 0, connections: 0, answered: {} };
  }

  private connect(dispatcher: Dispatcher): void {
    const reader = new FrameReader((buffer, length) => dispatcher.receive(buffer, length));
    const inbox = Buffer.allocUnsafeSlow(INBOX);
    const callback = (length: number): boolean => {
      reader.push(inbox.subarray(0, length));
      return true;
    };
    // One buffer for all reads: a new one for each costs more than a small call.
    const socket = connect({ path: this.path, onread: { buffer: inbox, callback } });
    let why = 'the connection has ended';
    socket.on('error', (error) => {
      why = error.message;
    });
    socket.on('close', () => {
      if (this.socket === socket) dispatcher.end(why);
    });
    socket.write(frame(Kind.Hello, Buffer.from(JSON.stringify(this.settings)), VERSION));
    this.socket = socket;
  }

  private readonly carrier: Carrier = {
    send: (outbox, length) => {
      if (length > 0) this.socket?.write(Buffer.from(outbox.subarray(0, length)));
    },
    sendData: (id, bytes) => {
      // Together with its header, and copied only this once: whoever gave the bytes may use them again.
      this.socket?.write(frame(Kind.Data, bytes, 0, id));
    },
  };

  private readonly onWord = (word: Frame): void => {
    if (word.kind === Kind.Ping) {
      const memory = Buffer.alloc(MEMORY_BYTES);
      memory.writeBigUInt64LE(BigInt(process.memoryUsage.rss()));
      this.socket?.write(frame(Kind.Pong, memory));
    } else if (word.kind === Kind.Welcome && this.state === 'starting') {
      const { host, port } = JSON.parse(word.utf8()) as { host: string; port: number };
      this.bound = { address: host, family: isIPv6(host) ? 'IPv6' : 'IPv4', port };
      this.state = 'serving';
      this.hold(this.alive);
      this.start?.resolve(this.bound);
    }
  };

  private readonly onClosed = (reason: string): void => {
    const { socket, state, start } = this;
    if (socket === undefined) return;
    this.socket = undefined;
    socket.destroy();
    clearTimeout(this.grace);
    WorkerLink.taken.delete(this.path);
    this.bound = null;
    if (state === 'starting') {
      this.state = 'new';
      start?.reject(new Error(`the front has not taken this worker, and says why itself: ${reason}`));
      return;
    }
    this.state = 'closed';
    if (state === 'leaving' || reason === '') this.ending.resolve();
    else this.ending.reject(new Error(`the front is gone: ${reason}`));
    if (state === 'serving') this.left();
  };
}

function frame(kind: number, payload: Uint8Array = new Uint8Array(), status = 0, id = 0): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER + payload.length);
  putHeader(bytes, 0, kind, 0, status, id, payload.length);
  bytes.set(payload, HEADER);
  return bytes;
}
