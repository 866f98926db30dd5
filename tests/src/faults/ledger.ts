/** The calls as their clients saw them, and what must be true of them beside what the workers say. */
import type { RawResponse } from '../harness/raw';
import type { Run } from './journal';

/** One call, as its client saw it. */
export interface Entry {
  readonly id: string;
  /** Has the header `Idempotency-Key`, so that it may be repeated when its worker is lost. */
  readonly repeatable: boolean;
  readonly sentMs: number;
  answer?: Answer;
  /** There was none, and why. */
  broken?: string;
}

export interface Answer {
  readonly atMs: number;
  readonly status: number;
  /** The request id in its header. */
  readonly id: string | undefined;
  readonly code: string | undefined;
  /** Who ran it, and the request id that the worker saw. */
  readonly pid: number | undefined;
  readonly seenId: string | undefined;
}

/** A worker that was killed: calls that it had between these times may fail. */
export interface Loss {
  readonly pid: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface Verdict {
  readonly requests: number;
  readonly ok: number;
  /** Answered with 502 `WORKER_LOST`. */
  readonly lost: number;
  /** Answered otherwise, or not at all. */
  readonly other: number;
  /** How often workers began a call. */
  readonly begun: number;
  /** Calls that stood open in the journal of a worker when it was killed. */
  readonly open: number;
  /** Calls that were run again by another worker. */
  readonly repeated: number;
  readonly violations: string[];
}

/** What the front notices, and what reaches it, a moment later than the test knows it. */
const SLACK_MS = 500;

export class Ledger {
  readonly entries: Entry[] = [];
  /** The ids of calls that have no answer yet. */
  readonly unanswered = new Set<string>();
  /** When each worker's first answer came. */
  readonly firstAnswers = new Map<number, number>();

  constructor(private readonly name: string) {}

  begin(repeatable: boolean): Entry {
    const id = `${this.name}-${this.entries.length}`;
    const entry = { id, repeatable, sentMs: performance.now() };
    this.entries.push(entry);
    this.unanswered.add(id);
    return entry;
  }

  answered(entry: Entry, response: RawResponse): void {
    const atMs = performance.now();
    this.unanswered.delete(entry.id);
    const { result, error } = response.json;
    const { pid, requestId: seenId } = result ?? {};
    const { status } = response;
    entry.answer = {
      atMs,
      status,
      id: response.header('x-runner-request-id'),
      code: error?.code,
      pid,
      seenId,
    };
    if (pid !== undefined && !this.firstAnswers.has(pid)) this.firstAnswers.set(pid, atMs);
  }

  /** When workers that were not `known` answered for the first time, in that order. */
  newcomers(known: ReadonlySet<number>): number[] {
    return [...this.firstAnswers].filter(([pid]) => !known.has(pid)).map(([, atMs]) => atMs);
  }
}

/** Compares what clients and workers saw. */
export function judge(entries: readonly Entry[], runs: readonly Run[], losses: readonly Loss[]): Verdict {
  const violations: string[] = [];
  const lost = new Map(losses.map((loss) => [loss.pid, loss]));
  const byId = new Map<string, Run[]>();
  for (const run of runs) byId.set(run.id, [...(byId.get(run.id) ?? []), run]);

  for (const entry of entries) {
    const own = byId.get(entry.id) ?? [];
    for (const what of faults(entry, own, lost)) violations.push(`${entry.id}: ${what} ${shown(entry, own)}`);
  }
  const known = new Set(entries.map(({ id }) => id));
  for (const { id, pid } of runs) if (!known.has(id)) violations.push(`${pid} ran ${id}, which nobody sent`);

  const count = (fits: (entry: Entry) => boolean): number => entries.filter(fits).length;
  const ok = count(({ answer }) => answer?.status === 200);
  const gone = count(({ answer }) => answer?.status === 502);
  return {
    requests: entries.length,
    ok,
    lost: gone,
    other: entries.length - ok - gone,
    begun: runs.reduce((sum, { begun }) => sum + begun, 0),
    open: runs.filter(({ pid, ended }) => lost.has(pid) && ended === 0).length,
    repeated: [...byId.values()].filter(({ length }) => length > 1).length,
    violations,
  };
}

function* faults(
  { id, repeatable, sentMs, answer, broken }: Entry,
  runs: readonly Run[],
  lost: ReadonlyMap<number, Loss>,
): Generator<string> {
  if (broken !== undefined) yield `the connection broke: ${broken};`;
  if (answer === undefined) {
    yield 'no answer';
    return;
  }
  /** Was under way when this worker was lost. */
  const met = (loss: Loss | undefined): boolean =>
    loss !== undefined && sentMs <= loss.untilMs + SLACK_MS && answer.atMs >= loss.fromMs;
  if (answer.id !== id) yield `answered with the id ${answer.id}`;
  if (runs.some(({ begun, ended }) => begun > 1 || ended > 1)) yield 'run twice by one worker';
  if (runs.length > (repeatable ? 2 : 1)) yield 'run by several workers';

  const { status, pid } = answer;
  if (status === 200) {
    if (answer.seenId !== id) yield `the worker saw the id ${answer.seenId}`;
    if (runs.find((run) => run.pid === pid)?.ended !== 1) yield `not ended by ${pid}, who answered`;
    const others = runs.filter((run) => run.pid !== pid);
    if (!others.every((run) => met(lost.get(run.pid)))) yield 'repeated though its worker was not lost';
  } else if (status === 502) {
    if (answer.code !== 'WORKER_LOST') yield `the code ${answer.code}`;
    const around = [...lost.values()].filter(met);
    // What was handed over and not begun stands in no journal: then any worker that was lost meanwhile had it.
    if (around.length === 0) yield 'failed though no worker was lost';
    if (!runs.every((run) => met(lost.get(run.pid)))) yield 'failed though its worker was not lost';
    if (repeatable && around.length < 2) yield 'not repeated';
  } else {
    yield `answered with ${status} ${answer.code}`;
  }
}

function shown({ sentMs, answer }: Entry, runs: readonly Run[]): string {
  const took = answer && ` after ${Math.round(answer.atMs - sentMs)} ms`;
  const by = runs.map(({ pid, ended }) => `${pid}${ended > 0 ? ' to its end' : ''}`).join(', ');
  return `(sent at ${Math.round(sentMs)} ms, ${answer?.status ?? 'nothing'}${took ?? ''}; begun by ${by || 'nobody'})`;
}
