/** Percentiles of times on a scale of powers of ten, a row for each contender. */
import { chart, element, LINE, line, MARGIN, text, WIDTH } from './svg.mjs';

const LEFT = MARGIN + 158;
const RIGHT = WIDTH - MARGIN - 150;
const ROW = 24;

/**
 * @typedef {object} Range
 * @property {string} label @property {string} kind
 * @property {number[]} values Rising; in microseconds.
 * @property {{ low: number, high: number } | null} interval Of the one that counts.
 * @property {string} value What is written beside it.
 *
 * @typedef {{ title: string, ranges: Range[] }} Panel
 */

/** @param {{ title: string, note: string }} about @param {Panel[]} panels @param {string} key What the dots are. */
export function rangeChart(about, panels, key) {
  const all = panels.flatMap(({ ranges }) =>
    ranges.flatMap(({ values, interval }) => [...values, ...(interval ? [interval.low, interval.high] : [])]),
  );
  const [from, to] = [Math.floor(Math.log10(Math.min(...all))), Math.ceil(Math.log10(Math.max(...all)))];
  const xOf = (/** @type {number} */ value) =>
    LEFT + ((Math.log10(value) - from) / Math.max(to - from, 1)) * (RIGHT - LEFT);
  const body = [text(MARGIN, 10, key, { class: 'quiet small' })];
  let y = LINE + 8;
  for (const { title, ranges } of panels) {
    body.push(text(MARGIN, y + 12, title, { class: 'head' }));
    y += LINE + 4;
    const bottom = y + ranges.length * ROW;
    for (let power = from; power <= to; power += 1) {
      body.push(line(xOf(10 ** power), y, xOf(10 ** power), bottom, 's-grid thin'));
      body.push(text(xOf(10 ** power), bottom + 14, time(10 ** power), { class: 'middle quiet small' }));
    }
    for (const range of ranges) {
      body.push(...drawn(range, y + ROW / 2, xOf));
      y += ROW;
    }
    y += 34;
  }
  return chart({ ...about, description: described(panels) }, y - 8, body);
}

/** @param {Range} range @param {number} y @param {(value: number) => number} xOf */
function drawn({ label, kind, values, interval, value }, y, xOf) {
  const ours = kind === 'ours' ? ' bold' : '';
  const marks = [
    text(LEFT - 8, y + 4, label, { class: `end${ours}` }),
    line(xOf(values[0]), y, xOf(values.at(-1)), y, `s-${kind} thin`),
  ];
  for (const [index, one] of values.entries()) {
    marks.push(element('circle', { cx: xOf(one), cy: y, r: index === 1 ? 5 : 3, class: `f-${kind}` }));
  }
  if (interval && interval.high > interval.low) {
    for (const end of [interval.low, interval.high]) {
      marks.push(line(xOf(end), y - 4, xOf(end), y + 4, 's-text whisker'));
    }
  }
  marks.push(text(RIGHT + 10, y + 4, value, { class: ours.trim() || 'plain' }));
  return marks;
}

/** @param {number} us */
export function time(us) {
  if (us >= 1e6) return `${trimmed(us / 1e6)} s`;
  return us >= 1000 ? `${trimmed(us / 1000)} ms` : `${trimmed(us)} µs`;
}

/** Three digits at most. @param {number} value */
const trimmed = (value) => String(Number(value.toPrecision(value >= 100 ? 3 : 2)));

/** @param {Panel[]} panels */
function described(panels) {
  return panels
    .map(
      ({ title, ranges }) => `${title}: ${ranges.map(({ label, value }) => `${label} ${value}`).join('; ')}`,
    )
    .join('. ');
}
