/**
 * Workers are killed, blocked, outgrow their memory and are restarted, under constant load and with real processes. A
 * ledger holds what clients saw beside what workers wrote down: every request has exactly one answer, only calls of
 * workers that were killed fail, with their own ids, no call is run twice unasked, and nothing is left behind.
 *
 * `FAULTS=full` does all of it, otherwise a tenth is done.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as later } from 'node:timers/promises';
import { runs } from '../harness/supervised';
import { ms, printTable, quantile } from '../long/tools/clients';
import { until } from '../long/tools/processes';
import { seeded } from '../long/tools/streams';
import { Stage, WORKERS } from './stage';

const SHARE = process.env.FAULTS === 'full' ? 1 : 0.1;
const KILLS = 200 * SHARE;
const BLOCKS = 50 * SHARE;
const OVERRUNS = 20 * SHARE;
const RESTARTS = 20 * SHARE;

/** In every so many rounds all workers are killed together. */
const VOLLEY_EVERY = 6;
/** A worker that dies younger counts as one that does not start: the next one is started later each time. */
const HEALTHY_MS = 1_100;
/** About as long as a restart of all workers takes. */
const RESTART_MS = 1_000;
const SERVES_AGAIN_MS = 2_000;
/** To be able to say how late it was. */
const PATIENCE_MS = 15_000;
const BLOCKED_MS = 1_000;
const MIB = { most: 250, grown: 300 };
const SHOWN = 10;

const rows: Record<string, string | number>[] = [];
const began = performance.now();
after(() => {
  printTable(`Faults under constant load, in ${ms((performance.now() - began) / 1000)} s`, rows);
});

/** Does harm to a front under load, then ends it, counts, and fails when anything is not as it must be. */
function fault(
  name: string,
  count: number,
  args: readonly string[],
  harm: (stage: Stage, servedMs: number[]) => Promise<void>,
): void {
  test(`${name}: ${count} times`, { timeout: 900_000 }, async (t) => {
    const stage = await Stage.start(t, name.replaceAll(' ', '-'), args);
    const servedMs: number[] = [];
    // What was counted until then says most about why it went wrong.
    const early = await harm(stage, servedMs).then(
      () => undefined,
      (error: Error) => error.message,
    );
    const { violations, ...counts } = await stage.finish();
    const said = stage.saidLost();
    if (said < counts.lost) violations.push(`the front says that ${said} calls were lost`);
    if (early !== undefined) violations.unshift(early);
    const times = servedMs.sort((a, b) => a - b);
    const shown = (share: number): string => (times.length > 0 ? ms(quantile(times, share)) : '-');
    rows.push({
      fault: name,
      count,
      ...counts,
      'said lost': said,
      violations: violations.length,
      'served again ms: p50': shown(0.5),
      p99: shown(0.99),
      max: shown(1),
    });
    const some = violations.slice(0, SHOWN).join('\n');
    assert.ok(
      violations.length === 0,
      `${violations.length} violations:\n${some}\n${stage.front.transcript()}`,
    );
    const late = times.filter((time) => time > SERVES_AGAIN_MS).length;
    assert.equal(late, 0, `replacements that served after more than ${SERVES_AGAIN_MS} ms`);
  });
}

fault('kill -9', KILLS, [], async (stage, servedMs) => {
  const { front, journal } = stage;
  const random = seeded(KILLS);
  for (let [killed, round] = [0, 1]; killed < KILLS; round++) {
    const all = round % VOLLEY_EVERY === 0;
    await front.ready(WORKERS);
    const victims = await until('workers have calls in flight', PATIENCE_MS, () => {
      const busy = stage.busy(HEALTHY_MS);
      if (all) return busy.length === WORKERS ? busy : undefined;
      const victim = busy[Math.floor(random() * busy.length)];
      return victim === undefined ? undefined : [victim];
    });
    const known = new Set(front.seen);
    const atMs = performance.now();
    for (const pid of victims) process.kill(pid, 'SIGKILL');
    await Promise.all(victims.map((pid) => stage.lost(pid, atMs)));
    servedMs.push(...(await stage.served(known, victims.length, atMs)));
    // A call may have ended while the signal was on its way.
    killed += victims.filter((pid) => journal.open(pid).length > 0).length;
  }
});

const HEARTBEAT = ['--heartbeat-ms', '100'];
const REPLACED = ['--replace-blocked', '--blocked-ms', String(BLOCKED_MS), ...HEARTBEAT];
fault('blocked loop', BLOCKS, REPLACED, async (stage, servedMs) => {
  const { front, journal, load } = stage;
  for (let count = 0; count < BLOCKS; count++) {
    const workers = await front.ready(WORKERS);
    const known = new Set(front.seen);
    const fromMs = performance.now();
    const { entry, done } = load.call('block', {});
    const pid = await until('a worker is blocked', PATIENCE_MS, () => journal.beginner(entry.id, workers));
    const noticed = await front.line(new RegExp(`\\(pid ${pid}\\) does not react`));
    await stage.lost(pid, fromMs);
    servedMs.push(...(await stage.served(known, 1, noticed.atMs)));
    await done;
    assert.equal(entry.answer?.status, 502, 'the status of the call that blocks');
  }
});

fault('memory', OVERRUNS, ['--max-memory-mib', String(MIB.most), ...HEARTBEAT], async (stage, servedMs) => {
  const { front, load } = stage;
  for (let count = 0; count < OVERRUNS; count++) {
    await front.ready(WORKERS);
    const known = new Set(front.seen);
    const { entry, done } = load.call('grow', { mib: MIB.grown });
    await done;
    const pid = entry.answer?.pid;
    assert.ok(pid !== undefined, `${entry.answer?.status} ${entry.answer?.code} ${entry.broken}`);
    const noticed = await front.line(
      new RegExp(`\\(pid ${pid}\\) is replaced: memory \\d+ MiB over ${MIB.most}$`),
    );
    servedMs.push(...(await stage.served(known, 1, noticed.atMs)));
    await until('the large worker is gone', PATIENCE_MS, () => !runs(pid));
  }
});

fault('rolling restart', RESTARTS, [], async (stage, servedMs) => {
  const { front } = stage;
  for (let count = 0; count < RESTARTS; count++) {
    const old = await front.ready(WORKERS);
    const known = new Set(front.seen);
    const atMs = performance.now();
    front.signal('SIGHUP');
    const newcomers = await stage.served(known, WORKERS, atMs);
    // Each of them begins when the one before serves.
    servedMs.push(...newcomers.map((time, at) => time - (newcomers[at - 1] ?? 0)));
    await until('the old workers are gone', PATIENCE_MS, () => !old.some(runs));
  }
});

fault('kill in a restart', RESTARTS / 2, [], async (stage) => {
  const { front } = stage;
  const random = seeded(RESTARTS);
  for (let count = 0; count < RESTARTS / 2; count++) {
    const old = await front.ready(WORKERS);
    const victim = await until('a worker has calls in flight', PATIENCE_MS, () => stage.busy(HEALTHY_MS)[0]);
    front.signal('SIGHUP');
    // Before its own restart, in it or after it, as it comes.
    await later(random() * RESTART_MS);
    if (runs(victim)) {
      const atMs = performance.now();
      process.kill(victim, 'SIGKILL');
      await stage.lost(victim, atMs);
    }
    await until('the old workers are gone', PATIENCE_MS, () => !old.some(runs));
  }
});
