/**
 * CPU time of a process and of its threads, from Linux's /proc; elsewhere every figure is `null`.
 *
 * Two sources. `task/TID/schedstat` counts nanoseconds, thread by thread, but a thread that ends takes its
 * count along. `stat` counts clock ticks (10 ms as a rule), and its total for the process includes threads
 * that have ended. So: nanoseconds as long as no thread ended in between, ticks otherwise.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export const cpuAvailable = process.platform === 'linux';

/** Threads that lived and ended between two snapshots show as at least this much more in `stat`. */
const UNSEEN_TICKS = 5;

const TICK_NS = cpuAvailable ? 1e9 / ticksPerSecond() : 0;

/**
 * @typedef {object} Snapshot
 * @property {number} totalNs By ticks, the whole process, ended threads included.
 * @property {number} mainNs By ticks, the main thread.
 * @property {Map<number, number> | null} threads Nanoseconds by thread id, where the kernel counts them.
 *
 * @typedef {object} CpuTime
 * @property {number} totalNs @property {number} mainNs
 * @property {'schedstat' | 'stat'} source
 */

/** @param {number} pid @returns {Snapshot | null} */
export function cpuSnapshot(pid) {
  if (!cpuAvailable) return null;
  return {
    totalNs: parseStatTicks(readFileSync(`/proc/${pid}/stat`, 'utf8')).own * TICK_NS,
    mainNs: parseStatTicks(readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8')).own * TICK_NS,
    threads: threadTimes(pid),
  };
}

/**
 * The CPU time a process took between two snapshots.
 *
 * @param {number} pid @param {Snapshot | null} before @param {Snapshot | null} after
 * @returns {CpuTime | null}
 */
export function cpuBetween(pid, before, after) {
  if (!before || !after) return null;
  const ticks = { totalNs: after.totalNs - before.totalNs, mainNs: after.mainNs - before.mainNs };
  if (!before.threads || !after.threads) return { ...ticks, source: 'stat' };
  let totalNs = 0;
  for (const [tid, ns] of after.threads) totalNs += ns - (before.threads.get(tid) ?? 0);
  const ended = [...before.threads.keys()].some((tid) => !after.threads.has(tid));
  if (ended || ticks.totalNs - totalNs > UNSEEN_TICKS * TICK_NS) return { ...ticks, source: 'stat' };
  const mainNs = (after.threads.get(pid) ?? 0) - (before.threads.get(pid) ?? 0);
  return { totalNs, mainNs, source: 'schedstat' };
}

/** CPU time of all children of this process that have ended, in ms. @returns {number | null} */
export function reapedCpuMs() {
  if (!cpuAvailable) return null;
  return (parseStatTicks(readFileSync('/proc/self/stat', 'utf8')).reaped * TICK_NS) / 1e6;
}

/** CPU time that the whole machine has spent since it started, in ms. @returns {number | null} */
export function machineCpuMs() {
  if (!cpuAvailable) return null;
  const [user, nice, system, , , irq, softirq] = readFileSync('/proc/stat', 'utf8')
    .split('\n')[0]
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return ((user + nice + system + irq + softirq) * TICK_NS) / 1e6;
}

/**
 * User and system ticks of a `stat` line; the name in parentheses may hold anything, blanks and `)` too.
 *
 * @param {string} line
 */
export function parseStatTicks(line) {
  const fields = line
    .slice(line.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number); // From field 3, the state.
  return { own: fields[11] + fields[12], reaped: fields[13] + fields[14] };
}

/** @param {number} pid @returns {Map<number, number> | null} */
function threadTimes(pid) {
  const times = new Map();
  for (const tid of readdirSync(`/proc/${pid}/task`)) {
    try {
      const [ns] = readFileSync(`/proc/${pid}/task/${tid}/schedstat`, 'utf8').split(' ');
      times.set(Number(tid), Number(ns));
    } catch {
      if (Number(tid) === pid) return null; // Not a thread that has just ended: a kernel without schedstat.
    }
  }
  return times;
}

function ticksPerSecond() {
  try {
    return Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })) || 100;
  } catch {
    return 100;
  }
}
