/** `rust-tunnel serve` with several workers, as a process that can be watched from outside. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as later } from 'node:timers/promises';

const ROOT = join(__dirname, '../../..');
const { RUST_TUNNEL = join(ROOT, 'target/debug/rust-tunnel') } = process.env;
/** A line that has not come after this long does not come. */
const PATIENCE_MS = 8_000;

/** A line that the front wrote, and when it was read here. */
export interface Line {
  readonly text: string;
  readonly atMs: number;
}

export interface SupervisedOptions {
  /** Relative to `tests/dist`. */
  readonly app: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

interface Cleanup {
  after(fn: () => unknown): void;
}

export class Supervised {
  /** Its standard error, and the workers'. */
  readonly said: Line[] = [];
  /** Its standard output, and the workers'. */
  readonly printed: Line[] = [];
  /** Since when workers are ready, by process id. */
  readonly workers = new Map<number, number>();
  /** The process ids of all workers that ever were. */
  readonly seen = new Set<number>();
  /** A folder of its own, so that what it leaves behind can be seen. */
  readonly folder = mkdtempSync(join(tmpdir(), 'front-'));
  readonly ended: Promise<string>;
  private readonly child: ChildProcess;
  private end: string | undefined;
  private waiting: (() => void)[] = [];

  private constructor({ app, args = [], env = {} }: SupervisedOptions) {
    const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
    const file = join(__dirname, '..', app);
    const given = ['serve', '--app', file, '--port', '0', '--node', process.execPath, ...args];
    this.child = spawn(RUST_TUNNEL, given, {
      env: { ...inherited, TMPDIR: this.folder, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const kill = (): boolean => this.child.kill('SIGKILL');
    process.once('exit', kill);
    this.ended = ending(this.child).then((end) => {
      process.removeListener('exit', kill);
      this.end = end;
      this.wake();
      return end;
    });
    this.read(this.child.stdout, this.printed);
    this.read(this.child.stderr, this.said);
  }

  /** Starts one; it is killed at the end of the test if it still runs then. */
  static start(t: Cleanup, options: SupervisedOptions): Supervised {
    const front = new Supervised(options);
    t.after(async () => {
      front.signal('SIGKILL');
      await front.ended;
      rmSync(front.folder, { recursive: true, force: true });
    });
    return front;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** The port, once it listens. */
  async port(): Promise<number> {
    const pattern = /^listening on http:\/\/127\.0\.0\.1:(\d+)$/;
    const line = await this.line(pattern, { among: this.printed });
    return Number(pattern.exec(line.text)?.[1]);
  }

  /** The first line that fits, now or later; `from` leaves out those before it. */
  line(pattern: RegExp, { among = this.said, from = 0, withinMs = PATIENCE_MS } = {}): Promise<Line> {
    return this.until(
      String(pattern),
      () => among.slice(from).find(({ text }) => pattern.test(text)),
      withinMs,
    );
  }

  /** The process ids of the workers, once so many are ready. */
  ready(count: number): Promise<number[]> {
    return this.until(`${count} workers`, () =>
      this.workers.size >= count ? [...this.workers.keys()] : undefined,
    );
  }

  /** Looks after every line; fails when there is nothing to see in time, or never will be. */
  async until<T>(what: string, look: () => T, withinMs = PATIENCE_MS): Promise<NonNullable<T> & {}> {
    const patience = new AbortController();
    let late = false;
    const { signal } = patience;
    const alarm = later(withinMs, undefined, { signal }).then(
      () => {
        late = true;
        this.wake();
      },
      () => {},
    );
    try {
      for (;;) {
        const found = look();
        if (found) return found;
        if (late) throw new Error(`not within ${withinMs} ms: ${what}\n${this.transcript()}`);
        if (this.end !== undefined) throw new Error(`ended (${this.end}): ${what}\n${this.transcript()}`);
        await new Promise<void>((resolve) => this.waiting.push(resolve));
      }
    } finally {
      patience.abort();
      await alarm;
    }
  }

  /** Asks it to stop, and gives how it ended. */
  async stop(): Promise<string> {
    this.signal('SIGTERM');
    const end = await Promise.race([this.ended, later(20_000, undefined, { ref: false })]);
    if (end === undefined) throw new Error(`does not stop\n${this.transcript()}`);
    return end;
  }

  /** The last that it said. */
  transcript(): string {
    return this.said
      .slice(-40)
      .map(({ text }) => text)
      .join('\n');
  }

  /** What it has in its temporary folder: sockets, and the folders that they are in. */
  files(): string[] {
    return readdirSync(this.folder, { recursive: true }) as string[];
  }

  private read(from: NodeJS.ReadableStream | null, into: Line[]): void {
    if (from === null) return;
    createInterface({ input: from }).on('line', (text) => {
      into.push({ text, atMs: performance.now() });
      if (into === this.said) this.follow(text);
      this.wake();
    });
  }

  private follow(text: string): void {
    const [, id, news] = /^rust-tunnel: worker \d+ \(pid (\d+)\) is (ready|gone|replaced)/.exec(text) ?? [];
    const pid = Number(id);
    if (news === 'ready') {
      this.workers.set(pid, performance.now());
      this.seen.add(pid);
    } else if (news !== undefined) {
      this.workers.delete(pid);
    }
  }

  private wake(): void {
    for (const wake of this.waiting.splice(0)) wake();
  }
}

async function ending(child: ChildProcess): Promise<string> {
  const [code, signal] = await once(child, 'close');
  return signal === null ? `code ${code}` : `signal ${signal}`;
}

/** Whether a process runs; one that has ended and was not waited for does not. */
export function runs(pid: number): boolean {
  return state(pid) !== undefined;
}

/** The processes that a process has started, also those that have ended and were not waited for. */
export function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && stat(pid)?.[1] === String(parent));
}

function state(pid: number): string | undefined {
  const [now] = stat(pid) ?? [];
  return now === 'Z' || now === 'X' ? undefined : now;
}

/** A process's state, its parent, and what else the kernel lists behind its name. */
function stat(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
