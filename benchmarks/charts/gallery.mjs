/** Which charts there are, and what of the results each of them shows. */
import { FIGURES, hundredths, rate, tenths, whole } from '../figures.mjs';
import { KINDS } from '../kinds.mjs';
import { barChart } from './bars.mjs';
import { lineChart } from './lines.mjs';
import { rangeChart, time } from './ranges.mjs';
import { provenance } from './results.mjs';

const LOAD = 64;
const OURS = /^(native-exposure|tunnel-server|front)/;
const STOCK = /^node-exposure/;

/** What tells the lines of ours apart. @type {Record<string, string>} */
const STROKES = { 'tunnel-server': 'dashes', 'front-1': 'dots' };

/** @typedef {import('./results.mjs').Results} Results */
/** @typedef {Results['summary'][number]} Line */
/** @typedef {import('../stats.mjs').Interval} Interval */

/**
 * From the name of a chart to the kind of results it needs, and its SVG; `null` when they don't have what it shows.
 *
 * @type {Record<string, { kind: string, draw: (results: Results) => string | null }>}
 */
export const GALLERY = {
  throughput: { kind: 'json', draw: throughput },
  cpu: { kind: 'json', draw: cpu },
  connections: { kind: 'json', draw: connections },
  payload: { kind: 'payload', draw: payload },
  latency: { kind: 'latency', draw: latency },
  growth: { kind: 'growth', draw: growth },
  memory: { kind: 'memory', draw: memory },
  startup: { kind: 'startup', draw: startup },
};

/** @param {Results} results */
function throughput(results) {
  const lines = sorted(at(results, LOAD), 'reqPerSec', -1);
  const about = { title: `Small JSON calls a second, ${LOAD} connections`, note: provenance(results) };
  return lines.length === 0 ? null : barChart(about, [{ bars: lines.map((line) => bar(line, 'reqPerSec')) }]);
}

/** @param {Results} results */
function cpu(results) {
  const lines = sorted(at(results, LOAD), 'cpuUs', 1);
  const about = { title: `CPU for one small JSON call, ${LOAD} connections`, note: provenance(results) };
  return lines.length === 0 ? null : barChart(about, [{ bars: lines.map(cpuBar) }], { legend: CPU_LEGEND });
}

/** @type {[string, string][]} */
const CPU_LEGEND = [
  ['ours', 'JavaScript thread'],
  ['ours-rest', 'all other threads and processes'],
];

/** @param {Results} results */
function connections(results) {
  const steps = results.parameters.connections;
  if (steps.length < 3) return null;
  const lines = names(results).map((name) => ({
    ...who({ contender: name }),
    stroke: STROKES[name],
    points: steps.map((n) => at(results, n).find((line) => line.contender === name)?.reqPerSec ?? null),
  }));
  const about = { title: 'Small JSON calls a second, by connections', note: provenance(results) };
  return lineChart(about, { name: 'connections', values: steps.map(String) }, lines, (value) =>
    rate(value).replace('.0k', 'k'),
  );
}

/** @param {Results} results */
function payload(results) {
  const { work } = KINDS.find((kind) => kind.work.name === 'payload');
  const panels = Object.entries(work.calls).flatMap(([call, { title, answers }]) => {
    const lines = results.summary.filter((line) => line.call === call);
    const others = answers ? ' (node:http and TunnelServer: what JSON has for it)' : '';
    return lines.length === 0 ? [] : [{ title: title + others, bars: lines.map(ratioBar), mark: 1 }];
  });
  const about = {
    title: 'Large JSON: calls a second, as a multiple of nodeExposure',
    note: provenance(results),
  };
  return panels.length === 0 ? null : barChart(about, panels, { oneScale: true });
}

/** @param {Results} results */
function latency(results) {
  const { work } = KINDS.find((kind) => kind.work.name === 'latency');
  const panels = Object.entries(work.calls).flatMap(([call, { title }]) => {
    const lines = sorted(
      results.summary.filter((line) => line.call === call),
      'p99Us',
      1,
    );
    return lines.length === 0 ? [] : [{ title, ranges: lines.map(range) }];
  });
  const about = { title: 'Response times of small JSON calls at a given rate', note: provenance(results) };
  const key =
    'Dots: p50, p99 (large, written), p99.9; whiskers: of p99. Waiting to be sent counts. Logarithmic scale.';
  return panels.length === 0 ? null : rangeChart(about, panels, key);
}

/** @param {Results} results */
function growth(results) {
  const about = {
    title: 'CPU for one call, by the number of exposed tasks',
    note: provenance(results),
  };
  return barChart(about, [{ bars: results.summary.map(cpuBar) }], { legend: CPU_LEGEND });
}

/** @param {Results} results */
function memory(results) {
  const panel = (title, figure, format) => ({
    title,
    bars: sorted(results.summary, figure, 1).map((line) => bar(line, figure, format)),
  });
  const about = { title: 'Resident memory', note: provenance(results) };
  return barChart(about, [
    panel('MiB at most, under the load of 256 connections', 'busyMiB', whole),
    panel('KB for each idle keep-alive connection', 'idleBytes', (bytes) => tenths(bytes / 1024)),
  ]);
}

/** @param {Results} results */
function startup(results) {
  const lines = sorted(results.summary, 'listenMs', 1);
  const about = {
    title: 'From the start of the process to listening, in ms',
    note: provenance(results),
  };
  return barChart(about, [{ bars: lines.map((line) => bar(line, 'listenMs', whole)) }]);
}

/** @param {Line} line @param {import('../figures.mjs').Figure} figure */
function bar(line, figure, format = FIGURES[figure].format) {
  const interval = line[figure];
  return { ...who(line), parts: [interval.median], interval, value: format(interval.median) + mark(line) };
}

/** The JavaScript thread, and all else. @param {Line} line */
function cpuBar(line) {
  const { cpuUs, jsUs } = line;
  const javascript = jsUs?.median ?? 0;
  const value = `${tenths(cpuUs.median)} µs${jsUs ? `, JavaScript ${tenths(javascript)}` : ''}`;
  return {
    ...who(line),
    parts: [javascript, Math.max(cpuUs.median - javascript, 0)],
    interval: cpuUs,
    value,
  };
}

/** @param {Line} line */
function ratioBar(line) {
  const interval = line.ratios['node-exposure'];
  return {
    ...who(line),
    parts: [interval.median],
    interval,
    value: `${hundredths(interval.median)}×${mark(line)}`,
  };
}

/** @param {Line} line */
function range(line) {
  const values = [line.p50Us, line.p99Us, line.p999Us].map(({ median }) => median);
  const value = line.behind ? `${time(values[1])}, not kept up` : time(values[1]);
  return { ...who(line), values, interval: line.p99Us, value };
}

/** @param {Line} line */
const mark = ({ generatorLimited }) => (generatorLimited ? ' or more' : '');

/** How a contender is called, and whose it is. @param {{ contender: string }} line */
function who({ contender: name }) {
  const entry = KINDS.flatMap(({ contenders }) => contenders).find((one) => one.name === name);
  return {
    label: entry?.label ?? name,
    kind: OURS.test(name) ? 'ours' : STOCK.test(name) ? 'stock' : 'peer',
  };
}

/** @param {Results} results @param {number} n */
function at({ summary }, n) {
  return summary.filter((line) => line.connections === n);
}

/** @param {Results} results */
const names = ({ summary }) => [...new Set(summary.map((line) => line.contender))];

/** By a figure, without those who have none. @param {Line[]} lines @param {import('../figures.mjs').Figure} figure */
function sorted(lines, figure, /** @type {1 | -1} */ direction) {
  return lines
    .filter((line) => line[figure])
    .sort((a, b) => (a[figure].median - b[figure].median) * direction);
}
