/**
 * CPU time of processes and of their threads, from Linux's /proc; elsewhere every figure is `null`.
 *
 * Two sources. `task/TID/schedstat` counts nanoseconds, thread by thread, but a thread that ends takes its
 * count along. `stat` counts clock ticks (10 ms as a rule), and its total for the process includes threads
 * that have ended. So: nanoseconds as long as no thread ended in between, ticks otherwise.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { descendants, parseStat } from './proc.mjs';

export const cpuAvailable = process.platform === 'linux';

/** Threads that lived and ended between two snapshots show as at least this much more in `stat`. */
const UNSEEN_TICKS = 5;

/** Of a process that started after the first snapshot. @type {Snapshot} */
const NOTHING_YET = { totalNs: 0, mainNs: 0, threads: new Map() };

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
    totalNs: parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8')).own * TICK_NS,
    mainNs: parseStat(readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8')).own * TICK_NS,
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

/**
 * @typedef {Map<number, Snapshot>} FamilySnapshot Of a process and its descendants, by their ids.
 *
 * @typedef {CpuTime & { childrenMainNs: number }} FamilyTime All processes and all main threads, and the main threads
 *   without that of the first process.
 */

/** @param {number} pid @returns {FamilySnapshot | null} */
export function familySnapshot(pid) {
  if (!cpuAvailable) return null;
  const family = new Map([[pid, cpuSnapshot(pid)]]);
  for (const { pid: relative } of descendants(pid)) {
    try {
      family.set(relative, cpuSnapshot(relative));
    } catch {
      // It has just ended.
    }
  }
  return family;
}

/**
 * The CPU time that a process and its descendants took between two snapshots. One that ended in between takes its
 * count along: then there is no figure.
 *
 * @param {number} pid @param {FamilySnapshot | null} before @param {FamilySnapshot | null} after
 * @returns {FamilyTime | null}
 */
export function familyBetween(pid, before, after) {
  if (!before || !after || [...before.keys()].some((one) => !after.has(one))) return null;
  /** @type {FamilyTime} */
  const sum = { totalNs: 0, mainNs: 0, childrenMainNs: 0, source: 'schedstat' };
  for (const [one, snapshot] of after) {
    const { totalNs, mainNs, source } = cpuBetween(one, before.get(one) ?? NOTHING_YET, snapshot);
    sum.totalNs += totalNs;
    sum.mainNs += mainNs;
    if (one !== pid) sum.childrenMainNs += mainNs;
    if (source === 'stat') sum.source = source;
  }
  return sum;
}

/** CPU time of all children of this process that have ended, in ms. @returns {number | null} */
export function reapedCpuMs() {
  if (!cpuAvailable) return null;
  return (parseStat(readFileSync('/proc/self/stat', 'utf8')).reaped * TICK_NS) / 1e6;
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
