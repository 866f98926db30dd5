/** A front with workers under constant load, to which a test does harm; at its end everything is compared and counted. */
import { readdirSync, readlinkSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { setTimeout as later } from 'node:timers/promises';
import { childrenOf, runs, Supervised } from '../harness/supervised';
import { until } from '../long/tools/processes';
import { JOURNAL, Journal } from './journal';
import { judge, Ledger, type Loss, type Verdict } from './ledger';
import { Load } from './load';

export const WORKERS = 3;
const CLIENTS = 12;
const SEED = 7;
/** What was closed is gone a moment later. */
const SETTLED_MS = 5_000;
/** By then every call has an answer, if it gets one. */
const ANSWERED_MS = 20_000;

/** What a front has that must not grow. */
interface Holdings {
  fds: string[];
  children: number;
  files: string[];
}

export class Stage {
  /** Workers that were killed, by whomever. */
  readonly losses: Loss[] = [];
  private before: Holdings | undefined;

  private constructor(
    readonly front: Supervised,
    readonly ledger: Ledger,
    readonly journal: Journal,
    readonly load: Load,
  ) {}

  /** Starts a front whose workers all serve, and the load on it. */
  static async start(t: TestContext, name: string, args: readonly string[] = []): Promise<Stage> {
    const ledger = new Ledger(name);
    const journal = new Journal();
    t.after(() => journal.remove());
    const front = Supervised.start(t, {
      app: 'faults/worker.js',
      args: ['--workers', String(WORKERS), ...args],
      env: { [JOURNAL]: journal.folder },
    });
    const port = await front.port();
    await front.ready(WORKERS);
    // What is made for the first calls is there before anything is counted.
    const first = new Load(port, ledger, CLIENTS, SEED);
    await until('every worker answers', ANSWERED_MS, () => ledger.firstAnswers.size === WORKERS);
    await first.stop();
    const before = await settled(front);
    const stage = new Stage(front, ledger, journal, new Load(port, ledger, CLIENTS, SEED));
    stage.before = before;
    return stage;
  }

  /** The workers that have been ready for so long, and have calls under way: as they say, and as the clients know. */
  busy(forMs: number): number[] {
    const { unanswered } = this.ledger;
    const since = performance.now() - forMs;
    return [...this.front.workers]
      .filter(([pid, readyMs]) => readyMs < since && this.journal.open(pid).some((id) => unanswered.has(id)))
      .map(([pid]) => pid);
  }

  /** When the workers that come in the place of `count` others first answer, in milliseconds after `fromMs`. */
  async served(known: ReadonlySet<number>, count: number, fromMs: number): Promise<number[]> {
    const newcomers = (): number[] => this.ledger.newcomers(known);
    await until(`${count} new workers answer`, ANSWERED_MS, () => newcomers().length >= count);
    return newcomers().map((atMs) => atMs - fromMs);
  }

  /** Waits until a worker that is being killed since then is gone, and notes that its calls may fail. */
  async lost(pid: number, fromMs: number): Promise<void> {
    await until(`worker ${pid} is gone`, SETTLED_MS, () => !runs(pid));
    this.losses.push({ pid, fromMs, untilMs: performance.now() });
  }

  /** How many calls the front says that were lost: at least those that failed, as some of them are repeated. */
  saidLost(): number {
    const counts = this.front.said.map(({ text }) => /; (\d+) calls? w(?:as|ere) lost$/.exec(text)?.[1]);
    return counts.reduce((sum, count) => sum + Number(count ?? 0), 0);
  }

  /** Ends the load and the front; gives the verdict, to which it adds what is left behind. */
  async finish(): Promise<Verdict> {
    const { front, ledger, journal, losses } = this;
    const left: string[] = [];
    const stopped = this.load.stop().then(() => true);
    if (!(await Promise.race([stopped, later(ANSWERED_MS, false, { ref: false })]))) {
      left.push(`${ledger.unanswered.size} calls have no answer after ${ANSWERED_MS} ms`);
    }
    const [before, after] = [shown(this.before), shown(await settled(front, this.before))];
    if (before !== after) left.push(`the front had\n${before}\nand has\n${after}`);
    const pids = new Set([...front.seen, ...childrenOf(front.pid)]);

    const end = await front.stop();
    if (end !== 'code 0') left.push(`the front ended with ${end}`);
    const alive = [...pids].filter(runs);
    if (alive.length > 0) left.push(`processes are left: ${alive.join(', ')}`);
    const files = front.files();
    if (files.length > 0) left.push(`files are left: ${files.join(', ')}`);
    const verdict = judge(ledger.entries, journal.all(), losses);
    return { ...verdict, violations: [...left, ...verdict.violations] };
  }
}

/** What the front has when that no longer changes, or is as it was `before`. */
async function settled(front: Supervised, before?: Holdings): Promise<Holdings> {
  let last = before;
  await until('the front comes to rest', SETTLED_MS, () => {
    const seen = last;
    last = holdings(front);
    return shown(last) === shown(before ?? seen);
  }).catch(() => {});
  return last ?? holdings(front);
}

function holdings(front: Supervised): Holdings {
  const folder = `/proc/${front.pid}/fd`;
  const fds = readdirSync(folder).map((fd) => {
    try {
      return readlinkSync(`${folder}/${fd}`).replace(/\d+/g, '*');
    } catch {
      return 'closed just now';
    }
  });
  return { fds: fds.sort(), children: childrenOf(front.pid).length, files: front.files() };
}

function shown(holdings: Holdings | undefined): string {
  if (holdings === undefined) return '';
  const { fds, children, files } = holdings;
  const kinds = [...new Set(fds)].map((kind) => `${fds.filter((fd) => fd === kind).length} ${kind}`);
  return `${kinds.join(', ')}; ${children} children; ${files.length} files`;
}
