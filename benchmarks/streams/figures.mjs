/** What the rows of a run come to, and the words and tables for it. */
import { hundredths, whole } from '../figures.mjs';
import { grid, spread, verdict } from '../report.mjs';
import { ratio, summarise, YARDSTICKS } from '../summary.mjs';
import { GENERATOR_LIMIT } from '../wrk.mjs';

const FIGURES = {
  mibPerSec: 'MiB/s',
  cpuUs: 'cpu us/MiB',
  jsUs: 'js us/MiB',
  peakMiB: 'peak MiB',
};

/** @typedef {import('./measure.mjs').Row} Row */
/** @typedef {import('../report.mjs').Labels} Labels */
/** @typedef {import('../kinds/streams.mjs').StreamWork} StreamWork */
/** @typedef {import('../kinds/streams.mjs').Transfer} Transfer */
/** @typedef {ReturnType<typeof summarise>[number] & { transfer: Transfer }} Line */

/** A line for each kind of transfer, each number at a time, and each contender. @param {Row[]} rows @returns {Line[]} */
export function summary(rows) {
  return [...new Set(rows.map((row) => row.transfer))].flatMap((transfer) =>
    summarise(of(rows, transfer), GENERATOR_LIMIT, Object.keys(FIGURES)).map((line) => ({
      transfer,
      ...line,
    })),
  );
}

/** @param {Row} row @param {string} label @param {number} rounds */
export function progress(row, label, rounds) {
  return [
    `[round ${row.round}/${rounds}]  ${row.transfer.padEnd(9)} x${row.connections}  ${label.padEnd(16)}`,
    `${whole(row.mibPerSec).padStart(5)} MiB/s`,
    `cpu ${row.cpuUs === null ? 'n/a' : `${whole(row.cpuUs)} us/MiB`}`,
    `client ${hundredths(row.generatorCores)} cores`,
  ].join('  ');
}

/** One table for each kind of transfer and number at a time. @param {Line[]} lines @param {Labels} labels */
export function tables(lines, labels, /** @type {StreamWork} */ { transfers }) {
  const head = [
    'contender',
    ...Object.values(FIGURES),
    ...YARDSTICKS.map((name) => `x ${labels[name] ?? name}`),
  ];
  /** @type {Map<string, Line[]>} */
  const groups = new Map();
  for (const line of lines) {
    const title = `${transfers[line.transfer]}, ${line.connections} at a time`;
    groups.set(title, [...(groups.get(title) ?? []), line]);
  }
  return [...groups]
    .map(([title, group]) => {
      const body = group.map((line) => [
        labels[line.contender] + (line.generatorLimited ? ' *' : ''),
        ...Object.keys(FIGURES).map((figure) => spread(line[figure], whole)),
        ...YARDSTICKS.map((to) => (to === line.contender ? '1' : spread(line.ratios[to], hundredths))),
      ]);
      return `${title}\n${grid([head, ...body])}`;
    })
    .join('\n\n');
}

/**
 * The ratios that matter, each with what it should be; one with a contender that refuses is not met.
 *
 * @param {Row[]} rows @param {Record<string, Record<string, string>>} notServed @param {StreamWork} work
 * @param {Labels} labels
 */
export function verdicts(rows, notServed, { targets }, labels) {
  const measured = new Set(rows.map((row) => row.connections));
  const lines = targets.flatMap((target) => {
    const { transfer, figure, connections, of: one, to } = target;
    if (!measured.has(connections)) return [];
    const what = `${transfer}, ${FIGURES[figure]}, ${connections} at a time`;
    const value = ratio(of(rows, transfer), figure, connections, one, to);
    if (value) return [verdict(what, value, target, labels)];
    const refuser = [one, to].find((name) => notServed[name]?.[transfer]);
    return refuser ? [[what, `${labels[one]} / ${labels[to]}`, 'n/a', `${labels[refuser]}: not served`]] : [];
  });
  return lines.length > 0 ? grid(lines) : '  none in this run';
}

/** @param {Row[]} rows @param {Transfer} transfer */
function of(rows, transfer) {
  return rows.filter((row) => row.transfer === transfer);
}
