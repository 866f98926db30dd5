/** Processes that a long test starts, asks things over IPC, and looks at from outside. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as later } from 'node:timers/promises';

const DESCRIPTORS = 20_000;
/** Raises the limit as far as it goes; Node itself only goes up to the hard limit. */
const RAISED = `ulimit -n ${DESCRIPTORS} 2>/dev/null || ulimit -n "$(ulimit -Hn)"; exec "$@"`;

interface Asked {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** What `answerQuestions` in the child sends back. */
interface Answer {
  number: number;
  value?: unknown;
  error?: string;
}

/** One of `long/children/` at work. */
export class Helper {
  private readonly asked = new Map<number, Asked>();
  private count = 0;
  private stopping = false;

  private constructor(
    private readonly child: ChildProcess,
    private readonly name: string,
  ) {
    child.on('message', (message) => this.take(message as Answer));
    child.once('exit', (code, signal) => {
      const error = new Error(`${name} ended: code ${code}, signal ${signal}`);
      for (const { reject } of this.asked.values()) reject(error);
      this.asked.clear();
    });
  }

  /** Starts one; it is stopped at the end of the test. */
  static start(t: TestContext, name: string, args: readonly string[] = [], flags: string[] = []): Helper {
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const script = join(__dirname, '../children', `${name}.js`);
    const node = [process.execPath, ...flags, script, ...args];
    const child = spawn('sh', ['-c', RAISED, 'sh', ...node], {
      env,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const helper = new Helper(child, name);
    t.after(() => helper.stop());
    return helper;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Has the child do something, and gets what it returned. Rejects when the child ends instead. */
  ask<T>(question: string, detail?: unknown): Promise<T> {
    if (!this.child.connected) return Promise.reject(new Error(`${this.name} has ended`));
    this.count += 1;
    const number = this.count;
    const answered = new Promise((resolve, reject) => this.asked.set(number, { resolve, reject }));
    this.child.send({ number, question, detail });
    return answered as Promise<T>;
  }

  /** Lets it go; throws when it was gone already, or could not end well. */
  async stop(): Promise<void> {
    if (this.stopping) return;
    this.stopping = true;
    const { child } = this;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      if (child.connected) child.disconnect();
      const patience = new AbortController();
      const late = later(10_000, undefined, { signal: patience.signal }).then(
        () => child.kill('SIGKILL'),
        () => {},
      );
      await ended;
      patience.abort();
      await late;
    }
    if (child.exitCode !== 0) {
      throw new Error(`${this.name} ended with code ${child.exitCode}, signal ${child.signalCode}`);
    }
  }

  private take({ number, value, error }: Answer): void {
    const asked = this.asked.get(number);
    this.asked.delete(number);
    if (error === undefined) asked?.resolve(value);
    else asked?.reject(new Error(`${this.name}: ${error}`));
  }
}

/** In a child: answers the parent's questions by name, and ends when the parent lets go. */
// biome-ignore lint/suspicious/noExplicitAny: each question has a detail of its own.
export function answerQuestions(answers: Record<string, (detail: any) => unknown>): void {
  const reply = async (number: number, question: string, detail: unknown): Promise<Answer> => {
    try {
      return { number, value: await answers[question]?.(detail) };
    } catch (error) {
      return { number, error: (error as Error).stack ?? String(error) };
    }
  };
  process.on(
    'message',
    ({ number, question, detail }: { number: number; question: string; detail: unknown }) => {
      void reply(number, question, detail).then((answer) => process.send?.(answer));
    },
  );
  process.once('disconnect', () => process.exit(0));
}

/** The resident memory of a process, in bytes. */
export function residentBytes(pid: number | 'self' = 'self'): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

/**
 * How many sockets of a port no process has any more while the kernel still wants to deliver what they had written:
 * `FIN-WAIT-1`. They hold that memory, and count under no limit of the server.
 */
export function undelivered(port: number): number {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const sockets = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1);
  return sockets.filter((line) => {
    const [, address, , state] = line.trim().split(/\s+/);
    return state === '04' && address?.endsWith(local);
  }).length;
}

/** How many file descriptors and threads this process has. */
export function possessions(): { fds: number; threads: number } {
  // The listing has a descriptor of its own.
  return {
    fds: readdirSync('/proc/self/fd').length - 1,
    threads: readdirSync('/proc/self/task').length,
  };
}

/** Looks again and again until there is something to see; fails when there is nothing in time. */
export async function until<T>(what: string, withinMs: number, look: () => T | Promise<T>): Promise<T & {}> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await later(20);
  }
}
