/** What the rows of a run come to: medians with intervals, and ratios taken round by round. */
import { medianInterval } from './stats.mjs';
import { GENERATOR_LIMIT } from './wrk.mjs';

/** @typedef {import('./measure.mjs').Row} Row */
/** @typedef {import('./stats.mjs').Interval} Interval */
/** @typedef {'reqPerSec' | 'p50Us' | 'p99Us' | 'cpuUs' | 'jsUs'} Figure */

/** Of calls; the first one is what ratios are made of. @type {Figure[]} */
export const FIGURES = ['reqPerSec', 'p50Us', 'p99Us', 'cpuUs', 'jsUs'];

/** Contenders that all others are compared with, unless a kind of work has others. */
export const YARDSTICKS = ['node-exposure', 'node-http'];

/**
 * @typedef {Record<Figure, Interval | null> & {
 *   contender: string, connections: number,
 *   ratios: Record<string, Interval | null>,
 *   generatorLimited: boolean,
 * }} Line
 */

/**
 * A line for each call, each number of connections, and each contender.
 *
 * @param {Row[]} rows @param {import('./kinds/json.mjs').Work} work @returns {(Line & { call: string })[]}
 */
export function summary(rows, { yardsticks }) {
  return [...new Set(rows.map((row) => row.call))].flatMap((call) =>
    summarise(ofCall(rows, call), GENERATOR_LIMIT, FIGURES, yardsticks).map((line) => ({ call, ...line })),
  );
}

/** @param {Row[]} rows @param {string} [call] Of all, if there is no other. */
export function ofCall(rows, call) {
  return call === undefined ? rows : rows.filter((row) => row.call === call);
}

/** @param {Row[]} rows @param {number} generatorLimit @returns {Line[]} */
export function summarise(rows, generatorLimit, figures = FIGURES, yardsticks = YARDSTICKS) {
  const lines = [];
  for (const connections of new Set(rows.map((row) => row.connections))) {
    for (const contender of new Set(rows.map((row) => row.contender))) {
      const own = rows.filter((row) => row.contender === contender && row.connections === connections);
      const interval = (figure) => medianInterval(present(own.map((row) => row[figure])));
      const intervals = figures.map((figure) => [figure, interval(figure)]);
      const ratios = yardsticks.map((to) => [to, ratio(rows, figures[0], connections, contender, to)]);
      const generator = interval('generatorCores');
      lines.push({
        contender,
        connections,
        ...Object.fromEntries(intervals),
        ratios: Object.fromEntries(ratios),
        generatorLimited: generator !== null && generator.median >= generatorLimit,
      });
    }
  }
  return lines;
}

/**
 * One contender's figure as a multiple of another's. Each round gives one ratio, of two measurements made
 * within seconds of each other: what the machine does meanwhile falls out.
 *
 * @param {Row[]} rows @param {Figure} figure @param {number} connections
 * @param {string} of @param {string} to
 * @returns {Interval | null} `null` when there is nothing to compare.
 */
export function ratio(rows, figure, connections, of, to) {
  const at = rows.filter((row) => row.connections === connections);
  const ratios = at
    .filter((row) => row.contender === of)
    .map((row) => {
      const other = at.find(({ contender, round }) => contender === to && round === row.round);
      return other?.[figure] && row[figure] !== null ? row[figure] / other[figure] : null;
    });
  return medianInterval(present(ratios));
}

/** @param {(number | null)[]} values @returns {number[]} */
function present(values) {
  return values.filter((value) => value !== null);
}
