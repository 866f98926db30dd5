/** Processes as Linux's /proc shows them; elsewhere none are seen. */
import { readdirSync, readFileSync } from 'node:fs';

/**
 * @typedef {object} Stat What a line of `stat` says.
 * @property {number} parent
 * @property {number} own User and system ticks. @property {number} reaped Those of children that have ended.
 * @property {number} started In ticks since the machine started.
 *
 * @typedef {object} Relative A process by what no other one shares: ids are used again.
 * @property {number} pid @property {number} started
 */

/**
 * A `stat` line; the name in parentheses may hold anything, blanks and `)` too.
 *
 * @param {string} line @returns {Stat}
 */
export function parseStat(line) {
  const fields = line
    .slice(line.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number); // From field 3, the state.
  return {
    parent: fields[1],
    own: fields[11] + fields[12],
    reaped: fields[13] + fields[14],
    started: fields[19],
  };
}

/** The processes that this one has started and that still run, and those that they have. @param {number} pid */
export function descendants(pid) {
  const all = readAll();
  /** @type {Relative[]} */
  const found = [];
  const ancestors = new Set([pid]);
  for (const ancestor of ancestors) {
    for (const [child, { parent, started }] of all) {
      if (parent !== ancestor || ancestors.has(child)) continue;
      ancestors.add(child); // The loop comes to it too.
      found.push({ pid: child, started });
    }
  }
  return found;
}

/** Ends those that still run, at once. @param {Relative[]} relatives */
export function end(relatives) {
  for (const { pid, started } of relatives) {
    if (read(pid)?.started !== started) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has just ended by itself.
    }
  }
}

function readAll() {
  /** @type {Map<number, Stat>} */
  const all = new Map();
  if (process.platform !== 'linux') return all;
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) && read(Number(name));
    if (stat) all.set(Number(name), stat);
  }
  return all;
}

/** @param {number} pid @returns {Stat | null} `null` when it has ended. */
function read(pid) {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return null;
  }
}
