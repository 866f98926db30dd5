import assert from 'node:assert/strict';
import test from 'node:test';
import { judged } from './verdict.mjs';

const most = { js: 1, all: 2.5 };
const theirs = { js: 20, all: 22 };

test('what takes less than it may is within', () => {
  const { isWithin, cells } = judged('small', most, { js: 5, all: 20 }, theirs);
  assert.equal(isWithin, true);
  assert.deepEqual(cells.slice(0, 5), ['small', 'JavaScript thread', '5.0', '0.25x', 'at most 1.00']);
});

test('the JavaScript thread and the whole are held to their own bounds', () => {
  const slowThread = judged('small', most, { js: 21, all: 40 }, theirs);
  assert.equal(slowThread.isWithin, false);
  assert.deepEqual([slowThread.cells[4], slowThread.cells[8]], ['MORE THAN 1.00', 'at most 2.50']);
  assert.equal(judged('small', most, { js: 5, all: 60 }, theirs).isWithin, false);
});
