import assert from 'node:assert/strict';
import test from 'node:test';
import { medianInterval } from '../stats.mjs';
import { GALLERY } from './gallery.mjs';
import { niceStep } from './lines.mjs';
import { time } from './ranges.mjs';
import { escaped } from './svg.mjs';
import { filled } from './tables.mjs';

const about = {
  file: 'x.json',
  date: '2026-11-20T00:00:00.000Z',
  machine: { cpu: 'CPU <1> & "2"', cores: 2 },
  versions: { node: 'v20.20.2' },
};
const around = (/** @type {number} */ value) =>
  medianInterval([0.8, 0.9, 1, 1, 1.1, 1.2].map((one) => one * value));

/** @param {string} contender @param {number} scale @param {object} [more] */
function line(contender, scale, more) {
  return {
    ...{ contender, connections: 64, reqPerSec: around(1000 * scale), cpuUs: around(50 / scale) },
    jsUs: contender === 'axum' ? null : around(20 / scale),
    ...{ p50Us: around(100), p99Us: around(900 * scale), p999Us: around(30_000) },
    ...{ busyMiB: around(70), idleBytes: around(2048), listenMs: around(120) },
    ...{ ratios: { 'node-exposure': around(scale) }, generatorLimited: scale > 6, behind: scale < 1 },
    ...more,
  };
}

/** @param {string} kind @param {object[]} lines @param {number[]} [connections] */
function results(kind, lines, connections = [64]) {
  return { ...about, kind, parameters: { rounds: 6, connections }, summary: lines };
}

const three = [line('node-exposure', 1), line('native-exposure', 5), line('axum', 9)];
const ofCalls = (/** @type {string[]} */ ...calls) =>
  calls.flatMap((call) => three.map((one) => ({ ...one, call })));
const SAMPLES = {
  json: results(
    'json',
    [1, 16, 64].flatMap((connections) => three.map((one) => ({ ...one, connections }))),
    [1, 16, 64],
  ),
  payload: results('payload', ofCalls('plain22k', 'rich1m')),
  latency: results(
    'latency',
    [line('node-exposure', 0.5), line('native-exposure', 1)].map((one) => ({ ...one, call: 'at5000' })),
  ),
  growth: results('growth', [
    line('native-exposure-1', 1),
    line('native-exposure-1000', 1),
    line('node-exposure-1000', 0.1),
  ]),
  memory: results('memory', three),
  startup: results('startup', three),
};

/** That tags are closed in order, and text holds nothing that would open one. @param {string} svg */
function assertWellFormed(svg) {
  const open = [];
  for (const [, close, name, empty] of svg.matchAll(/<(\/?)([a-z]+)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (close) assert.equal(open.pop(), name);
    else if (!empty) open.push(name);
  }
  assert.deepEqual(open, []);
  assert.doesNotMatch(svg.replaceAll(/<\/?[a-z][^<>]*>/g, ''), /[<>]/);
  assert.doesNotMatch(svg, /NaN|Infinity|="[^"]*undefined/);
}

for (const [name, { kind, draw }] of Object.entries(GALLERY)) {
  test(`${name} is drawn, the same each time, and says in words what it shows`, () => {
    const svg = draw(SAMPLES[kind]);
    assert.equal(draw(structuredClone(SAMPLES[kind])), svg);
    assertWellFormed(svg);
    assert.match(svg, /role="img" aria-labelledby="title desc"/);
    assert.match(/<desc id="desc">(.*)<\/desc>/.exec(svg)[1], /nativeExposure/);
    assert.match(svg, /prefers-color-scheme:dark/);
    assert.match(svg, /6 rounds, whiskers: 96\.9 % interval\. CPU &#60;1&#62; &#38; &#34;2&#34;, 2 cores/);
  });
}

test('bars are as long as their values, with whiskers at both ends of the interval, and the value beside', () => {
  const svg = GALLERY.throughput.draw(SAMPLES.json);
  const bars = [...svg.matchAll(/<rect x="182" y="[\d.]+" width="([\d.]+)" height="15" class="f-(\w+)"\/>/g)];
  assert.deepEqual(
    bars.map(([, , kind]) => kind),
    ['peer', 'ours', 'stock'],
    'the most first',
  );
  const [most, ours, least] = bars.map(([, width]) => Number(width));
  assert.ok(Math.abs(most / least - 9) < 0.1 && Math.abs(ours / least - 5) < 0.1);
  assert.equal(svg.match(/whisker"/g).length, 3 * 3);
  assert.match(svg, />9\.0k or more</);
  assert.match(svg, />5\.0k</);
});

test('the JavaScript thread is a part of the bar, where there is one', () => {
  const svg = GALLERY.cpu.draw(SAMPLES.json);
  assert.match(svg, />10\.0 µs, JavaScript 4\.0</);
  assert.match(svg, />5\.6 µs</);
});

test('what could not keep the rate says so', () => {
  assert.match(GALLERY.latency.draw(SAMPLES.latency), />450 µs, not kept up</);
});

test('what the results do not have is not drawn', () => {
  const oneLoad = results(
    'json',
    three.map((one) => ({ ...one, connections: 4 })),
    [4],
  );
  assert.equal(GALLERY.throughput.draw(oneLoad), null);
  assert.equal(GALLERY.connections.draw(oneLoad), null);
});

test('times, steps and text', () => {
  assert.deepEqual([80, 950, 1234, 56_789, 2_500_000].map(time), [
    '80 µs',
    '950 µs',
    '1.2 ms',
    '57 ms',
    '2.5 s',
  ]);
  assert.deepEqual([0.7, 3, 900, 12_000].map(niceStep), [1, 5, 1000, 20_000]);
  assert.equal(escaped('a<b & "c">'), 'a&#60;b &#38; &#34;c&#34;&#62;');
});

/** @param {string} kind @param {string} between */
const place = (kind, between) => `a\n<!-- report: ${kind} -->\n${between}<!-- end of report -->\nb`;

test('tables stand in a document in place of those of an older run', () => {
  const text = place('json', '\n```text\nold\n```\n\n');
  const wanted = place('json', '\n```text\ntables of json\n```\n\n');
  assert.equal(
    filled(text, (kind) => `tables of ${kind}`),
    wanted,
  );
});

test('tables are left alone where there are no results', () => {
  const text = place('json', 'old\n') + place('growth', '');
  const wanted = place('json', 'old\n') + place('growth', '\n```text\n$1 $&\n```\n\n');
  assert.equal(
    filled(text, (kind) => (kind === 'growth' ? '$1 $&' : undefined)),
    wanted,
  );
});
