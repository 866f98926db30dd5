/** What the workers say that they did: see `worker.ts`. */
import { closeSync, fstatSync, mkdtempSync, openSync, readdirSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Names the folder of the journals to a worker. */
export const JOURNAL = 'FAULTS_JOURNAL';
export const BEGUN = '+';
export const ENDED = '-';

/** One call, as one worker saw it. */
export interface Run {
  readonly id: string;
  readonly pid: number;
  /** How often it stands as begun, and as ended. */
  begun: number;
  ended: number;
}

/** Reads the journals while they are written. */
export class Journal {
  readonly folder = mkdtempSync(join(tmpdir(), 'journal-'));
  private readonly workers = new Map<number, { read: number; rest: string; runs: Map<string, Run> }>();

  /** Every call of every worker. */
  all(): Run[] {
    return readdirSync(this.folder).flatMap((name) => [...this.of(Number(name)).values()]);
  }

  /** The calls of a worker by their ids, as far as they stand there now. */
  of(pid: number): ReadonlyMap<string, Run> {
    let worker = this.workers.get(pid);
    if (worker === undefined) {
      worker = { read: 0, rest: '', runs: new Map() };
      this.workers.set(pid, worker);
    }
    const text = worker.rest + this.more(pid, worker.read);
    worker.read += Buffer.byteLength(text) - Buffer.byteLength(worker.rest);
    const lines = text.split('\n');
    worker.rest = lines.pop() ?? '';
    for (const line of lines) {
      const id = line.slice(1);
      const run = worker.runs.get(id) ?? { id, pid, begun: 0, ended: 0 };
      worker.runs.set(id, run);
      if (line.startsWith(BEGUN)) run.begun += 1;
      else run.ended += 1;
    }
    return worker.runs;
  }

  /** The calls that a worker has begun and not ended. */
  open(pid: number): string[] {
    return [...this.of(pid).values()].filter(({ ended }) => ended === 0).map(({ id }) => id);
  }

  /** Which of these workers has begun a call. */
  beginner(id: string, pids: Iterable<number>): number | undefined {
    return [...pids].find((pid) => this.of(pid).has(id));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private more(pid: number, from: number): string {
    let file: number;
    try {
      file = openSync(join(this.folder, String(pid)), 'r');
    } catch {
      // It has not been written to yet.
      return '';
    }
    try {
      const bytes = Buffer.alloc(fstatSync(file).size - from);
      return bytes.toString('latin1', 0, readSync(file, bytes, 0, bytes.length, from));
    } finally {
      closeSync(file);
    }
  }
}
