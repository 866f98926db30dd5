/** What the rows of a run come to: medians with intervals, and ratios taken round by round. */
import { CALL_FIGURES } from './figures.mjs';
import { medianInterval } from './stats.mjs';
import { GENERATOR_LIMIT } from './wrk.mjs';

/** @typedef {import('./measure.mjs').Row} Row */
/** @typedef {import('./stats.mjs').Interval} Interval */
/** @typedef {import('./kinds/json.mjs').Target} Target */
/** @typedef {import('./figures.mjs').Figure} Figure */

/** With more than this share of the calls that were due not even sent, a contender did not keep the rate. */
const UNSENT_LIMIT = 0.02;

/** Contenders that all others are compared with, unless a kind of work has others. */
export const YARDSTICKS = ['node-exposure', 'node-http'];

/**
 * @typedef {Record<Figure, Interval | null> & {
 *   contender: string, connections: number,
 *   ratios: Record<string, Interval | null>,
 *   generatorLimited: boolean, behind: boolean,
 * }} Line
 */

/**
 * A line for each call, each number of connections, and each contender.
 *
 * @param {Row[]} rows @param {import('./kinds/json.mjs').Work} work @returns {(Line & { call: string })[]}
 */
export function summary(rows, { figures, yardsticks, compared }) {
  return [...new Set(rows.map((row) => row.call))].flatMap((call) =>
    summarise(ofCall(rows, call), GENERATOR_LIMIT, figures, yardsticks, compared).map((line) => ({
      call,
      ...line,
    })),
  );
}

/** @param {Row[]} rows @param {string} [call] Of all, if there is no other. */
export function ofCall(rows, call) {
  return call === undefined ? rows : rows.filter((row) => row.call === call);
}

/** @param {Row[]} rows @param {number} generatorLimit @returns {Line[]} */
export function summarise(
  rows,
  generatorLimit,
  figures = CALL_FIGURES,
  yardsticks = YARDSTICKS,
  compared = figures[0],
) {
  const lines = [];
  for (const connections of new Set(rows.map((row) => row.connections))) {
    for (const contender of new Set(rows.map((row) => row.contender))) {
      const own = rows.filter((row) => row.contender === contender && row.connections === connections);
      const interval = (figure) => medianInterval(present(own.map((row) => row[figure])));
      const intervals = figures.map((figure) => [figure, interval(figure)]);
      const ratios = yardsticks.map((to) => [to, ratio(rows, compared, connections, contender, to)]);
      const generator = interval('generatorCores');
      const unsent = medianInterval(present(own.map(unsentShare)));
      lines.push({
        contender,
        connections,
        ...Object.fromEntries(intervals),
        ratios: Object.fromEntries(ratios),
        generatorLimited: generator !== null && generator.median >= generatorLimit,
        behind: unsent !== null && unsent.median > UNSENT_LIMIT,
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
  const compare = (value, other) => (other ? value / other : null);
  return compared(rows, { figure, connections, of }, to, compare);
}

/**
 * What a target is about: a ratio, or how much one contender's figure lies above another's, taken within rounds as
 * well; or the figure itself.
 *
 * @param {Row[]} rows @param {Pick<Target, 'figure' | 'connections' | 'of' | 'to' | 'above'>} target
 * @returns {Interval | null}
 */
export function targetValue(rows, target) {
  const { figure, connections, of, to, above } = target;
  if (to) return ratio(rows, figure, connections, of, to);
  if (above) return compared(rows, target, above, (value, other) => value - other);
  return compared(rows, target, of, (value) => value);
}

/**
 * @param {Row[]} rows @param {{ figure: Figure, connections: number, of: string }} one @param {string} another
 * @param {(value: number, other: number) => number | null} compare
 */
function compared(rows, { figure, connections, of }, another, compare) {
  const at = rows.filter((row) => row.connections === connections);
  const values = at
    .filter((row) => row.contender === of)
    .map((row) => {
      const other = at.find(({ contender, round }) => contender === another && round === row.round)?.[figure];
      return typeof other === 'number' && typeof row[figure] === 'number'
        ? compare(row[figure], other)
        : null;
    });
  return medianInterval(present(values));
}

/** @param {Row} row @returns {number | null} `null` where calls are not due at instants. */
function unsentShare({ requests, unsent }) {
  return unsent === undefined ? null : unsent / (requests + unsent);
}

/** @param {(number | null | undefined)[]} values @returns {number[]} */
function present(values) {
  return values.filter((value) => typeof value === 'number');
}
