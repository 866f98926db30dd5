import assert from 'node:assert/strict';
import test from 'node:test';
import { ratio, summarise, summary } from './summary.mjs';

/** @param {string} contender @param {number} round @param {number} reqPerSec @param {object} [more] */
function row(contender, round, reqPerSec, more) {
  const figures = { p50Us: 1, p99Us: 2, p999Us: 3, cpuUs: 10, jsUs: null, generatorCores: 0.5 };
  return { contender, round, connections: 64, reqPerSec, ...figures, ...more };
}

const rows = [
  row('node-http', 1, 100),
  row('axum', 1, 200),
  row('axum', 2, 20), // A bad moment of the machine, for both.
  row('node-http', 2, 10),
  row('node-http', 3, 100),
  row('axum', 3, 210),
];

test('ratios are taken within a round', () => {
  const { median, low, high } = ratio(rows, 'reqPerSec', 64, 'axum', 'node-http');
  assert.deepEqual([low, median, high], [2, 2, 2.1]);
});

test('there is no ratio to a contender, a load or a figure that was not measured', () => {
  assert.equal(ratio(rows, 'reqPerSec', 64, 'axum', 'node-exposure'), null);
  assert.equal(ratio(rows, 'reqPerSec', 1, 'axum', 'node-http'), null);
  assert.equal(ratio(rows, 'jsUs', 64, 'axum', 'node-http'), null);
});

test('a line for each contender and load, with what is missing left empty', () => {
  const lines = summarise(rows, 0.9);
  assert.deepEqual(
    lines.map((line) => line.contender),
    ['node-http', 'axum'],
  );
  assert.equal(lines[0].reqPerSec.median, 100);
  assert.equal(lines[0].ratios['node-http'].median, 1);
  assert.equal(lines[0].ratios['node-exposure'], null);
  assert.equal(lines[1].jsUs, null);
});

test('calls are kept apart, and compared with what their kind of work says', () => {
  const calls = rows.flatMap((one) => [
    { ...one, call: 'small' },
    { ...one, call: 'large', reqPerSec: one.reqPerSec / (one.contender === 'axum' ? 10 : 1) },
  ]);
  const lines = summary(calls, { yardsticks: ['axum'] });
  assert.deepEqual(
    lines.map(({ call, contender }) => [call, contender]),
    [
      ['small', 'node-http'],
      ['small', 'axum'],
      ['large', 'node-http'],
      ['large', 'axum'],
    ],
  );
  assert.deepEqual(
    lines.map(({ ratios }) => Object.keys(ratios)),
    [['axum'], ['axum'], ['axum'], ['axum']],
  );
  assert.equal(lines[0].ratios.axum.median, 0.5);
  assert.equal(lines[2].ratios.axum.median, 5);
});

test('a contender faster than the load generator is marked', () => {
  const busy = rows.map((one) => (one.contender === 'axum' ? { ...one, generatorCores: 0.97 } : one));
  assert.deepEqual(
    summarise(busy, 0.9).map((line) => line.generatorLimited),
    [false, true],
  );
});

test('a contender that leaves calls unsent in most rounds is behind, a single bad moment does not make it so', () => {
  const leaving = (unsent) =>
    unsent.map((count, index) => row('axum', index + 1, 100, { requests: 1000, unsent: count }));
  const [never] = summarise(leaving([0, 0, 700]), 0.9);
  const [often] = summarise(leaving([0, 300, 700]), 0.9);
  const [closed] = summarise(rows, 0.9);
  assert.deepEqual([never.behind, often.behind, closed.behind], [false, true, false]);
});
