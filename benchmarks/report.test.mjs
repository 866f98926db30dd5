import assert from 'node:assert/strict';
import test from 'node:test';
import { footnotes, tables, verdicts } from './report.mjs';
import { summary } from './summary.mjs';

const labels = { front: 'the front', cluster: 'cluster' };
const figures = { p50Us: 1, p99Us: 2, p999Us: 3, cpuUs: 10, jsUs: null, generatorCores: 0.5 };

/** @param {string} call @param {number[]} rates Of the front, round by round; the cluster's is 100. */
function measured(call, rates) {
  return rates.flatMap((reqPerSec, index) =>
    Object.entries({ front: reqPerSec, cluster: 100 }).map(([contender, rate]) => ({
      ...{ contender, call, round: index + 1, connections: 16, reqPerSec: rate },
      ...figures,
    })),
  );
}

const rows = [
  ...measured('small', [300, 290, 310, 280, 320, 330]),
  ...measured('large', [90, 95, 99, 98, 97, 94]),
];
const target = { figure: 'reqPerSec', connections: 16, of: 'front', to: 'cluster' };

test('a target is of one call', () => {
  const targets = [
    { ...target, call: 'small', atLeast: 3 },
    { ...target, call: 'large', atLeast: 3 },
    { ...target, call: 'other', atLeast: 3 },
  ];
  const lines = verdicts(rows, targets, labels).split('\n');
  assert.equal(lines.length, 2);
  assert.match(lines[0], /^ {2}small, req\/s, c=16 .*the front \/ cluster .*: met$/);
  assert.match(lines[1], /^ {2}large, .*: MISSED$/);
});

test('not to be below is a matter of the interval, not of the median', () => {
  const verdictOf = (rates) => {
    const targets = [{ ...target, call: 'one', notBelow: 1 }];
    return verdicts(measured('one', rates), targets, labels);
  };
  assert.match(verdictOf([90, 95, 99, 98, 97, 94]), /0\.96 \[0\.90-0\.99\] +not below 1\.00: MISSED$/);
  assert.match(
    verdictOf([90, 95, 101, 98, 97, 94]),
    /0\.96 \[0\.90-1\.01\] +not below 1\.00: not told apart$/,
  );
  assert.match(verdictOf([101, 102, 103, 104, 105, 106]), /not below 1\.00: met$/);
});

test('a table for each call, named if there is another', () => {
  const titles = (calls) => {
    const lines = summary(
      rows.filter(({ call }) => calls[call]),
      {},
    );
    return tables(lines, labels, { calls })
      .split('\n')
      .filter((line) => /^\S/.test(line));
  };
  const [small, large] = [{ title: 'few bytes' }, { title: 'many bytes' }];
  assert.deepEqual(titles({ small }), ['16 connections']);
  assert.deepEqual(titles({ small, large }), ['few bytes, 16 connections', 'many bytes, 16 connections']);
});

test('a figure by itself, and one above another', () => {
  const targets = [
    { figure: 'cpuUs', connections: 16, of: 'front', call: 'small', atMost: 9 },
    { figure: 'reqPerSec', connections: 16, of: 'front', above: 'cluster', call: 'small', atLeast: 200 },
    { figure: 'jsUs', connections: 16, of: 'front', above: 'cluster', call: 'small', atMost: 1 },
  ];
  const lines = verdicts(rows, targets, labels).split('\n');
  assert.equal(lines.length, 2, 'what was not measured is left out');
  assert.match(lines[0], /CPU us per request, c=16 +the front +10\.0 \[10\.0-10\.0\] +at most 9\.0: MISSED$/);
  assert.match(lines[1], /the front above cluster +205 \[180-230\] +at least 200: met$/);
});

test('who does less than the others is named', () => {
  const lines = summary(rows, {});
  const notes = footnotes(lines[0].reqPerSec, 'x', lines, rows, ['node:http', 'axum']);
  assert.match(notes, /^ {2}token, JSON and handler .*: node:http, axum$/m);
  assert.doesNotMatch(footnotes(lines[0].reqPerSec, 'x', lines, rows), /token/);
});
