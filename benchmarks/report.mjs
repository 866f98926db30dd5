/** A run in words: progress while it goes on, tables when it is over. */
import { CALL_FIGURES, FIGURES, hundredths, rate, tenths, whole } from './figures.mjs';
import { ofCall, targetValue, YARDSTICKS } from './summary.mjs';

/** @typedef {import('./stats.mjs').Interval} Interval */
/** @typedef {import('./measure.mjs').Row} Row */
/** @typedef {import('./summary.mjs').Line & { call: string }} Line */
/** @typedef {import('./kinds/json.mjs').Work} Work */
/** @typedef {Pick<import('./kinds/json.mjs').Target, 'of' | 'to' | 'above' | 'atLeast' | 'atMost' | 'notBelow'>} Bounds */
/** @typedef {Record<string, string>} Labels From the name of a contender to its label. */

/** With more than this much CPU taken by others, in cores, a measurement counts as disturbed. */
export const NOISE_CORES = 0.15;

/** @param {Row} row @param {string} label @param {string} place Such as `3/60`. */
export function progress(row, label, place) {
  return [
    `[${place}] round ${row.round}  ${row.call.padEnd(9)} c=${String(row.connections).padEnd(3)} ${label.padEnd(21)}`,
    `${rate(row.reqPerSec).padStart(7)} req/s`,
    `p50 ${whole(row.p50Us)} us`,
    `p99 ${whole(row.p99Us)} us`,
    `cpu ${row.cpuUs === null ? 'n/a' : `${tenths(row.cpuUs)} us`}`,
  ].join('  ');
}

/** One table per call and number of connections. @param {Line[]} lines @param {Labels} labels @param {Work} work */
export function tables(lines, labels, { calls, figures = CALL_FIGURES, yardsticks = YARDSTICKS }) {
  const columns = figures.map((figure) => FIGURES[figure].column);
  const head = ['contender', ...columns, ...yardsticks.map((name) => `x ${labels[name] ?? name}`)];
  const several = Object.keys(calls).length > 1;
  /** @param {Line} line */
  const titleOf = ({ call, connections }) =>
    `${several ? `${calls[call].title}, ` : ''}${connections} connection${connections === 1 ? '' : 's'}`;
  return [...new Set(lines.map(titleOf))]
    .map((title) => {
      const body = lines
        .filter((line) => titleOf(line) === title)
        .map((line) => [
          labels[line.contender] + (line.generatorLimited ? ' *' : '') + (line.behind ? ' !' : ''),
          ...figures.map((figure) => spread(line[figure], FIGURES[figure].format)),
          ...yardsticks.map((to) => (to === line.contender ? '1' : spread(line.ratios[to], hundredths))),
        ]);
      return `${title}\n${grid([head, ...body])}`;
    })
    .join('\n\n');
}

/**
 * What the tables mean, and what speaks against them.
 *
 * @param {Interval} sample Any figure of the tables. @param {string} ratios What they are of.
 * @param {{ generatorLimited: boolean, behind?: boolean }[]} lines @param {{ otherCores: number }[]} rows
 * @param {string[]} [plain] Who does less than the others.
 */
export function footnotes({ confidence, count }, ratios, lines, rows, plain = []) {
  const sure = `${(confidence * 100).toFixed(1)} %`;
  const notes = [
    `median [interval] of ${count} rounds; the interval holds the true median with ${sure}`,
    `ratios are of ${ratios}, taken round by round`,
  ];
  if (plain.length > 0) {
    notes.push(
      `token, JSON and handler of one call and no more, so the limit of their kind: ${plain.join(', ')}`,
    );
  }
  if (lines.some((line) => line.generatorLimited)) {
    notes.push('* the load generator was out of CPU: the server may be faster than this');
  }
  if (lines.some((line) => line.behind)) {
    notes.push('! did not keep the rate: its queue grows as long as the load lasts, and all times with it');
  }
  const disturbed = rows.filter((row) => row.otherCores > NOISE_CORES).length;
  if (disturbed > 0) {
    notes.push(`NOT A QUIET MACHINE: other programs ran during ${disturbed} of ${rows.length} measurements`);
  }
  return notes.map((note) => `  ${note}`).join('\n');
}

/**
 * The figures and ratios that matter, each with what it should be. Those of contenders or loads that were not measured
 * are left out.
 *
 * @param {Row[]} rows @param {import('./kinds/json.mjs').Target[]} targets @param {Labels} labels
 */
export function verdicts(rows, targets, labels) {
  const lines = targets.flatMap((target) => {
    const { call, figure, connections } = target;
    const value = targetValue(ofCall(rows, call), target);
    const what = [...(call ? [call] : []), FIGURES[figure].name, `c=${connections}`].join(', ');
    return value
      ? [verdict(what, value, target, labels, target.to ? hundredths : FIGURES[figure].format)]
      : [];
  });
  return lines.length > 0 ? grid(lines) : '  none in this run';
}

/**
 * @param {string} what @param {Interval} value @param {Bounds} bounds @param {Labels} labels
 * @param {(value: number) => string} format
 */
export function verdict(what, value, bounds, labels, format = hundredths) {
  const { of, to, above, atLeast, atMost, notBelow } = bounds;
  const wanted = [
    atLeast && `at least ${format(atLeast)}`,
    atMost && `at most ${format(atMost)}`,
    notBelow && `not below ${format(notBelow)}`,
  ]
    .filter(Boolean)
    .join(', ');
  const text = wanted && `${wanted}: ${outcome(value, bounds)}`;
  const who = [labels[of], ...(to ? ['/', labels[to]] : []), ...(above ? ['above', labels[above]] : [])];
  return [what, who.join(' '), spread(value, format), text];
}

/** @param {Interval} value @param {Bounds} bounds */
function outcome({ median, low, high }, { atLeast = -Infinity, atMost = Infinity, notBelow = -Infinity }) {
  if (median < atLeast || median > atMost || high < notBelow) return 'MISSED';
  return low < notBelow ? 'not told apart' : 'met';
}

/** @param {Record<string, number | null>} idle @param {Labels} labels */
export function idleLines(idle, labels) {
  const text = (/** @type {number | null} */ ms) => (ms === null ? 'n/a' : `${ms.toFixed(2)} ms`);
  return grid(Object.entries(idle).map(([name, ms]) => [labels[name], text(ms)]));
}

/** @param {Interval | null} interval @param {(value: number) => string} format */
export function spread(interval, format) {
  if (!interval) return 'n/a';
  const { median, low, high, count } = interval;
  return count === 1 ? format(median) : `${format(median)} [${format(low)}-${format(high)}]`;
}

/** Columns as wide as their widest cell; the first to the left, the others to the right. */
export function grid(/** @type {string[][]} */ rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const cell = (text, i) => (i === 0 ? text.padEnd(widths[0]) : text.padStart(widths[i]));
  return rows.map((row) => `  ${row.map(cell).join('  ')}`.trimEnd()).join('\n');
}
