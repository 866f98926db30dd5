/** Lines over steps that lie equally far apart, each named at its right end. */
import { chart, element, line, MARGIN, text, WIDTH } from './svg.mjs';

const HEIGHT = 360;
const LEFT = MARGIN + 44;
const RIGHT = 150;
const TOP = 12;
const BOTTOM = 40;
/** Names closer than this would lie on each other. */
const NAME = 15;
const TICKS = 5;

/**
 * @typedef {object} Line
 * @property {string} label @property {string} kind Whose it is: `ours`, `stock` or `peer`.
 * @property {string} [stroke] `dashes` or `dots`, to tell it from others of its kind.
 * @property {({ median: number, low: number, high: number } | null)[]} points One for each step.
 */

/**
 * @param {{ title: string, note: string }} about @param {{ name: string, values: string[] }} steps
 * @param {Line[]} lines @param {(value: number) => string} format
 */
export function lineChart(about, steps, lines, format) {
  const highest = Math.max(...lines.flatMap(({ points }) => points.map((point) => point?.high ?? 0)));
  const step = niceStep(highest / TICKS);
  const full = Math.ceil(highest / step) * step;
  const bottom = HEIGHT - BOTTOM;
  const yOf = (/** @type {number} */ value) => bottom - (value / full) * (bottom - TOP);
  const xOf = (/** @type {number} */ index) =>
    LEFT + 24 + (index * (WIDTH - RIGHT - LEFT - 48)) / Math.max(steps.values.length - 1, 1);

  const body = [];
  for (let value = 0; value <= full; value += step) {
    body.push(line(LEFT, yOf(value), WIDTH - RIGHT, yOf(value), 's-grid thin'));
    body.push(text(LEFT - 8, yOf(value) + 4, format(value), { class: 'end quiet small' }));
  }
  for (const [index, value] of steps.values.entries()) {
    body.push(text(xOf(index), bottom + 18, value, { class: 'middle quiet small' }));
  }
  body.push(text((LEFT + WIDTH - RIGHT) / 2, bottom + 34, steps.name, { class: 'middle quiet small' }));
  // What is ours is drawn last, and so on top.
  for (const one of [...lines].sort((a, b) => Number(a.kind === 'ours') - Number(b.kind === 'ours'))) {
    body.push(...drawn(one, xOf, yOf));
  }
  body.push(...names(lines, yOf));
  return chart({ ...about, description: described(lines, steps, format) }, HEIGHT, body);
}

/** @param {Line} one @param {(index: number) => number} xOf @param {(value: number) => number} yOf */
function drawn({ kind, points, stroke = '' }, xOf, yOf) {
  const present = points.flatMap((point, index) => (point ? [{ x: xOf(index), ...point }] : []));
  const path = present.map(({ x, median }) => `${x.toFixed(1)},${yOf(median).toFixed(1)}`).join(' ');
  return [
    element('polyline', { points: path, class: `line s-${kind} ${stroke}`.trim() }),
    ...present.map(({ x, low, high }) => line(x, yOf(low), x, yOf(high), `s-${kind} thin`)),
    ...present.map(({ x, median }) =>
      element('circle', { cx: x, cy: yOf(median), r: 3, class: `f-${kind}` }),
    ),
  ];
}

/** Each beside the end of its line, or below the name above. @param {Line[]} lines @param {(value: number) => number} yOf */
function names(lines, yOf) {
  const ends = lines
    .map((one) => ({ ...one, y: yOf(one.points.findLast((point) => point)?.median ?? 0) }))
    .sort((a, b) => a.y - b.y);
  // From the lowest up: what lies too deep pushes those above it upwards.
  const lowest = HEIGHT - BOTTOM;
  let floor = lowest + NAME;
  for (const end of ends.toReversed()) {
    end.at = Math.min(end.y, floor - NAME);
    floor = end.at;
  }
  let ceiling = TOP - NAME;
  for (const end of ends) {
    end.at = Math.max(end.at, ceiling + NAME);
    ceiling = end.at;
  }
  const x = WIDTH - RIGHT - 18;
  return ends.flatMap(({ label, kind, y, at }) => [
    line(x, y, x + 20, at, `s-${kind} thin`),
    text(x + 24, at + 4, label, { class: kind === 'peer' ? 'quiet' : `t-${kind} bold` }),
  ]);
}

/** 1, 2 or 5 times a power of ten. @param {number} least */
export function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((times) => times * power).find((step) => step >= least);
}

/** @param {Line[]} lines @param {{ name: string, values: string[] }} steps @param {(value: number) => string} format */
function described(lines, { name, values }, format) {
  const all = lines.map(({ label, points }) => {
    const known = points.flatMap((point, index) =>
      point ? [`${values[index]}: ${format(point.median)}`] : [],
    );
    return `${label}, ${known.join(', ')}`;
  });
  return `By ${name}. ${all.join('. ')}`;
}
