/** Bars that lie on their side, in panels of one scale each; a bar may have parts. */
import { chart, LINE, legend, line, MARGIN, rect, text, WIDTH, widthOf } from './svg.mjs';

/** The least room for labels. */
const LABELS = 150;
const BAR = 15;
const ROW = 24;
const GAP = 14;

/**
 * @typedef {object} Bar
 * @property {string} label
 * @property {string} kind Whose it is: `ours`, `stock` or `peer`.
 * @property {number[]} parts One, or two: what the JavaScript thread takes, and the rest.
 * @property {{ low: number, high: number } | null} interval Of the whole.
 * @property {string} value As it is written beside the bar.
 *
 * @typedef {object} Panel
 * @property {string} [title] @property {Bar[]} bars
 * @property {number} [mark] Where a line is drawn that bars are compared with.
 */

/**
 * @param {{ title: string, note: string }} about @param {Panel[]} panels
 * @param {{ oneScale?: boolean, legend?: [kind: string, label: string][] }} [how]
 */
export function barChart(about, panels, how = {}) {
  const all = panels.flatMap(({ bars }) => bars);
  const labels = Math.max(LABELS, ...all.map(({ label }) => widthOf(label)));
  const left = MARGIN + labels + 8;
  let y = 0;
  const body = [];
  if (how.legend) {
    body.push(...legend(how.legend, y + 10));
    y += LINE + 6;
  }
  for (const panel of panels) {
    body.push(...drawn(panel, y, left, most(how.oneScale ? all : panel.bars)));
    y += heightOf(panel) + GAP;
  }
  return chart({ ...about, description: described(panels) }, y, body);
}

/** @param {Panel} panel */
const heightOf = ({ title, bars }) => (title ? LINE + 4 : 0) + bars.length * ROW;

/** The end of the longest bar or whisker. @param {Bar[]} bars */
const most = (bars) => Math.max(...bars.map((bar) => Math.max(total(bar), bar.interval?.high ?? 0)));

/** @param {Bar} bar */
const total = ({ parts }) => parts.reduce((sum, part) => sum + part, 0);

/** @param {Panel} panel @param {number} top @param {number} left @param {number} full The value at the right end. */
function drawn({ title, bars, mark }, top, left, full) {
  const values = Math.max(...bars.map(({ value }) => widthOf(value)));
  const scale = (WIDTH - MARGIN - left - values - 10) / full;
  const first = top + (title ? LINE + 4 : 0);
  const lines = title ? [text(MARGIN, top + 12, title, { class: 'head' })] : [];
  const marked = left + (mark ?? 0) * scale;
  if (mark) lines.push(line(marked, first, marked, first + bars.length * ROW, 's-quiet thin'));
  for (const [index, bar] of bars.entries()) {
    const y = first + index * ROW + (ROW - BAR) / 2;
    const middle = y + BAR / 2;
    const ours = bar.kind === 'ours' ? ' bold' : '';
    lines.push(text(left - 8, middle + 4, bar.label, { class: `end${ours}` }));
    let x = left;
    for (const [part, value] of bar.parts.entries()) {
      lines.push(rect(x, y, value * scale, BAR, part === 0 ? bar.kind : `${bar.kind}-rest`));
      x += value * scale;
    }
    const { interval } = bar;
    let end = x;
    if (interval && interval.high > interval.low) {
      const [low, high] = [left + interval.low * scale, left + interval.high * scale];
      lines.push(line(low, middle, high, middle, 's-text whisker'));
      for (const at of [low, high]) lines.push(line(at, middle - 3.5, at, middle + 3.5, 's-text whisker'));
      end = Math.max(x, high);
    }
    lines.push(text(end + 6, middle + 4, bar.value, { class: `halo s-ground${ours}` }));
  }
  lines.push(line(left, first, left, first + bars.length * ROW, 's-quiet thin'));
  return lines;
}

/** @param {Panel[]} panels */
function described(panels) {
  return panels
    .map(({ title, bars }) => {
      const all = bars.map(({ label, value }) => `${label}: ${value}`).join('; ');
      return title ? `${title}: ${all}` : all;
    })
    .join('. ');
}
