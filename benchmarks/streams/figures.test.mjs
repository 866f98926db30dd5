import assert from 'node:assert/strict';
import test from 'node:test';
import { summary, tables, verdicts } from './figures.mjs';

const labels = { 'node-exposure': 'stock', 'native-exposure': 'native' };
const figures = { cpuUs: 1000, jsUs: 900, peakMiB: 100, generatorCores: 0.5 };
const row = (contender, transfer, round, mibPerSec) => ({
  ...{ contender, transfer, round, connections: 1, mibPerSec },
  ...figures,
});
const rows = [1, 2, 3].flatMap((round) => [
  row('node-exposure', 'octets', round, 100),
  row('native-exposure', 'octets', round, 200),
  row('node-exposure', 'multipart', round, 100),
]);
const target = {
  figure: 'mibPerSec',
  connections: 1,
  of: 'native-exposure',
  to: 'node-exposure',
  atLeast: 1.5,
};
const work = {
  transfers: { octets: 'a stream', multipart: 'a file' },
  targets: [
    { ...target, transfer: 'octets' },
    { ...target, transfer: 'multipart' },
    { ...target, transfer: 'octets', connections: 4 },
    { ...target, transfer: 'multipart', connections: 4 },
  ],
};

test('kinds of transfer are kept apart', () => {
  const lines = summary(rows);
  assert.deepEqual(
    lines.map(({ transfer, contender }) => [transfer, contender]),
    [
      ['octets', 'node-exposure'],
      ['octets', 'native-exposure'],
      ['multipart', 'node-exposure'],
    ],
  );
  assert.equal(lines[1].ratios['node-exposure'].median, 2);
  assert.equal(lines[1].mibPerSec.median, 200);
  assert.match(tables(lines, labels, work), /^a stream, 1 at a time\n[\s\S]*\n\na file, 1 at a time\n/);
});

test('a target that a contender refuses is not met, and one that was not measured is left out', () => {
  const text = verdicts(rows, { 'native-exposure': { multipart: '415' } }, work, labels);
  const lines = text.split('\n');
  assert.equal(lines.length, 2);
  assert.match(lines[0], /octets.*2\.00.*: met$/);
  assert.match(lines[1], /multipart.*native: not served$/);
});
