/** What servers keep in memory: when they listen, under load, and for connections on which nothing happens. */
import { setTimeout as delay } from 'node:timers/promises';
import * as calls from '../calls.mjs';
import { Contender, ContenderError } from '../contender.mjs';
import { FIGURES } from '../figures.mjs';
import { measure as loaded, rotated, warmUp } from '../measure.mjs';
import { footnotes, tables, verdicts } from '../report.mjs';
import { forgetPeak, peakMiB, residentMiB } from '../resident.mjs';
import { summary } from '../summary.mjs';
import { verify } from '../verify.mjs';
import { Crowd } from './crowd.mjs';

/** The load leaves memory behind that idle connections then need not ask for: these take it, and are not counted. */
const UNCOUNTED = 500;
/** Garbage is not collected, nor are buffers given back, at once. */
const SETTLE_MS = 1_500;
const IDLE_MS = 2_000;
const MIB = 2 ** 20;

/**
 * @typedef {import('../calls.mjs').Options & { work: import('../kinds/memory.mjs').MemoryWork }} Options
 *
 * @typedef {object} Row One contender in one round, each time in a process of its own. Of all its processes:
 * @property {string} contender @property {string} call @property {number} connections @property {number} round
 * @property {number | null} freshMiB Resident when it listens and has answered once.
 * @property {number | null} busyMiB The most that was resident under load.
 * @property {number | null} idleBytes For each idle connection.
 * @property {number | null} idleCpuMs CPU in two seconds, with all of these open.
 * @property {number | null} generatorCores @property {number | null} otherCores
 */

export const generator = calls.generator;

/** @param {Options} options @param {import('../report.mjs').Labels} labels @param {(text: string) => void} say */
export async function measure({ work, rounds, entries, connections, seconds }, labels, say) {
  for (const entry of entries) await Contender.prepare(entry);
  /** @type {Row[]} */
  const rows = [];
  const total = rounds * entries.length * connections.length;
  for (let round = 1; round <= rounds; round += 1) {
    for (const entry of rotated(entries, round - 1)) {
      for (const n of connections) {
        const figures = await inOwnProcess(entry, work, n, seconds);
        rows.push({ contender: entry.name, call: 'add', connections: n, round, ...figures });
        say(progress(rows.at(-1), labels[entry.name], `${rows.length}/${total}`));
      }
    }
  }
  return { idleConnections: work.idle, rows, summary: summary(rows, work) };
}

/** @param {import('../contenders.mjs').Entry} entry @param {Options['work']} work @param {number} n @param {number} seconds */
async function inOwnProcess(entry, work, n, seconds) {
  const contender = await Contender.start(entry);
  const { add } = work.calls;
  const crowd = new Crowd(contender, add);
  try {
    await verify(contender, add);
    const freshMiB = sum(contender.pids, residentMiB);
    await warmUp([contender], { work, connections: [n] });
    const knowsPeak = contender.pids.every(forgetPeak);
    const { generatorCores, otherCores } = await loaded(contender, add, n, seconds);
    const busyMiB = knowsPeak ? sum(contender.pids, peakMiB) : null;
    await crowd.grow(UNCOUNTED);
    await delay(SETTLE_MS);
    const before = sum(contender.pids, residentMiB);
    await crowd.grow(work.idle);
    await delay(SETTLE_MS);
    const after = sum(contender.pids, residentMiB);
    const idleBytes = after === null ? null : ((after - before) * MIB) / work.idle;
    const cpu = contender.cpu();
    await delay(IDLE_MS);
    const time = contender.cpuSince(cpu);
    const closed = UNCOUNTED + work.idle - crowd.open;
    if (closed > 0) throw new ContenderError(`${entry.name} has closed ${closed} idle connections`);
    const idleCpuMs = time && time.totalNs / 1e6;
    return { freshMiB, busyMiB, idleBytes, idleCpuMs, generatorCores, otherCores };
  } finally {
    crowd.leave();
    await contender.stop();
  }
}

/** @param {number[]} pids @param {(pid: number) => number | null} of */
function sum(pids, of) {
  const all = pids.map(of);
  return all.includes(null) ? null : all.reduce((total, one) => total + one, 0);
}

/** @param {Row} row @param {string} label @param {string} place */
function progress(row, label, place) {
  const figures = ['busyMiB', 'idleBytes', 'freshMiB', 'idleCpuMs'].map((figure) => {
    const { column, format } = FIGURES[figure];
    return `${column} ${row[figure] === null ? 'n/a' : format(row[figure])}`;
  });
  return [`[${place}] round ${row.round}  ${label.padEnd(21)}`, ...figures].join('  ');
}

/** The tables. @param {Options} options @param {import('../report.mjs').Labels} labels */
export function report({ work, entries }, labels, { rows, summary: lines }) {
  const sample = lines[0][work.compared];
  if (!sample) return '  memory is read from /proc, which is not there';
  const plain = entries.filter((entry) => entry.plain).map(({ label }) => label);
  return [
    `${tables(lines, labels, work)}\n\n${footnotes(sample, FIGURES[work.compared].name, lines, rows, plain)}`,
    `the figures that matter\n${verdicts(rows, work.targets, labels)}`,
  ].join('\n\n');
}
