/** How long servers take to start: each round starts every one of them anew. */
import { Contender } from './contender.mjs';
import { FIGURES } from './figures.mjs';
import { rotated } from './measure.mjs';
import { Crowd } from './memory/crowd.mjs';
import { footnotes, tables, verdicts } from './report.mjs';
import { summary } from './summary.mjs';
import { verify } from './verify.mjs';

/**
 * @typedef {import('./calls.mjs').Options} Options
 *
 * @typedef {object} Row One contender in one round.
 * @property {string} contender @property {string} call @property {number} connections @property {number} round
 * @property {number | null} insideMs From when Node comes to the script to when it listens; `null` of other runtimes.
 * @property {number} listenMs From the start of the process to when it says that it listens.
 * @property {number | null} startCpuMs CPU up to then, of all its processes.
 * @property {number | null} answerMs From the start of the process to the first answer; `null` of those who do not serve.
 */

/** What makes the load. */
export async function generator() {
  return 'one call';
}

/** @param {Options} options @param {import('./report.mjs').Labels} labels @param {(text: string) => void} say */
export async function measure({ work, rounds, entries }, labels, say) {
  for (const entry of entries) {
    await Contender.prepare(entry);
    await once(entry, async (contender) => contender.port > 0 && verify(contender, work.calls.add));
  }
  /** @type {Row[]} */
  const rows = [];
  for (let round = 1; round <= rounds; round += 1) {
    for (const entry of rotated(entries, round - 1)) {
      const figures = await once(entry, (contender) => timed(contender, work.calls.add));
      rows.push({ contender: entry.name, call: 'add', connections: 1, round, ...figures });
      say(progress(rows.at(-1), labels[entry.name], `${rows.length}/${rounds * entries.length}`));
    }
  }
  return { rows, summary: summary(rows, work) };
}

/** @template T @param {import('./contenders.mjs').Entry} entry @param {(contender: Contender) => Promise<T>} look */
async function once(entry, look) {
  const contender = await Contender.start(entry);
  try {
    return await look(contender);
  } finally {
    await contender.stop();
  }
}

/** @param {Contender} contender @param {import('./kinds/json.mjs').Call} call */
async function timed(contender, call) {
  const { startedAt, listeningAt, greeting, port } = contender;
  const time = contender.cpuSince(new Map());
  const since = (/** @type {number} */ instant) => instant - startedAt;
  const inside = /^\{"port":\d+,"ms":([\d.]+)\}$/m.exec(greeting);
  return {
    insideMs: inside ? Number(inside[1]) : null,
    listenMs: since(listeningAt),
    startCpuMs: time && time.totalNs / 1e6,
    answerMs: port > 0 ? since(await answered(contender, call)) : null,
  };
}

/** When the first call has been answered. @param {Contender} contender @param {import('./kinds/json.mjs').Call} call */
async function answered(contender, call) {
  const crowd = new Crowd(contender, call);
  try {
    await crowd.grow(1);
    return performance.now();
  } finally {
    crowd.leave();
  }
}

/** @param {Row} row @param {string} label @param {string} place */
function progress(row, label, place) {
  const figures = ['listenMs', 'answerMs', 'startCpuMs'].map((figure) => {
    const { column, format } = FIGURES[figure];
    return `${column} ${row[figure] === null ? 'n/a' : format(row[figure])}`;
  });
  return [`[${place}] round ${row.round}  ${label.padEnd(21)}`, ...figures].join('  ');
}

/** The tables. @param {Options} options @param {import('./report.mjs').Labels} labels */
export function report({ work }, labels, { rows, summary: lines }) {
  const notes = footnotes(lines[0].listenMs, FIGURES[work.compared].name, lines, rows);
  return [
    `${tables(lines, labels, work)}\n\n${notes}`,
    `the figures that matter\n${verdicts(rows, work.targets, labels)}`,
  ].join('\n\n');
}
