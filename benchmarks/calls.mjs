/** Benchmarks of calls: on some number of connections, for some seconds, as fast as it goes or at a given rate. */
import { Contender } from './contender.mjs';
import { CALL_FIGURES, FIGURES } from './figures.mjs';
import { idleCpu, rounds, warmUp } from './measure.mjs';
import { MissingTool } from './options.mjs';
import { preparePaced } from './paced.mjs';
import { footnotes, idleLines, progress, tables, verdicts } from './report.mjs';
import { summary } from './summary.mjs';
import { verify } from './verify.mjs';
import { wrkVersion } from './wrk.mjs';

const NO_WRK = `wrk is not on the PATH; it makes the load. Install it:
  Debian, Ubuntu   apt-get install wrk
  macOS            brew install wrk`;

/** @typedef {import('./options.mjs').Options & { work: import('./kinds/json.mjs').Work }} Options */
/** @typedef {import('./report.mjs').Labels} Labels */

/** What makes the load, with its version. @param {import('./kinds/json.mjs').Work} work */
export async function generator({ calls }) {
  if (Object.values(calls).every(({ perSecond }) => perSecond)) return preparePaced();
  const wrk = await wrkVersion();
  if (!wrk) throw new MissingTool(NO_WRK);
  return wrk;
}

/** @param {Options} options @param {Labels} labels @param {(text: string) => void} say */
export async function measure(options, labels, say) {
  /** @type {Contender[]} */
  const contenders = [];
  try {
    for (const entry of options.entries) {
      await Contender.prepare(entry);
      const contender = await Contender.start(entry);
      contenders.push(contender);
      for (const call of Object.values(options.work.calls)) await verify(contender, call);
      say(`${entry.label} answers as it should`);
    }
    say('warming up');
    await warmUp(contenders, options);
    const rows = await play(contenders, options, labels, say);
    return { rows, idleMs: await idleCpu(contenders), summary: summary(rows, options.work) };
  } finally {
    await Promise.all(contenders.map((contender) => contender.stop()));
  }
}

/** @param {Contender[]} contenders @param {Options} options @param {Labels} labels */
async function play(contenders, options, labels, say) {
  const calls = Object.keys(options.work.calls).length;
  const total = options.rounds * calls * options.connections.length * contenders.length;
  /** @type {import('./measure.mjs').Row[]} */
  const rows = [];
  for await (const row of rounds(contenders, options)) {
    rows.push(row);
    say(progress(row, labels[row.contender], `${rows.length}/${total}`));
  }
  return rows;
}

/** The tables. @param {Options} options @param {Labels} labels @param {Awaited<ReturnType<typeof measure>>} measured */
export function report({ work, entries }, labels, { rows, idleMs, summary: lines }) {
  const plain = entries.filter((entry) => entry.plain).map(({ label }) => label);
  const ratios = FIGURES[work.compared ?? CALL_FIGURES[0]].name;
  return [
    `${tables(lines, labels, work)}\n\n${footnotes(lines[0].reqPerSec, ratios, lines, rows, plain)}`,
    `CPU over 2 s without a request\n${idleLines(idleMs, labels)}`,
    `the figures that matter\n${verdicts(rows, work.targets, labels)}`,
  ].join('\n\n');
}
