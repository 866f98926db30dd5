import assert from 'node:assert/strict';
import test from 'node:test';
import { coverage, median, medianInterval } from './stats.mjs';

test('the median is the middle value, or the mean of the two middle ones', () => {
  assert.equal(median([10, 9, 1]), 9);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(median([7]), 7);
});

test('values are compared as numbers and left in their order', () => {
  const values = [100, 20, 3];
  assert.equal(median(values), 20);
  assert.deepEqual(values, [100, 20, 3]);
});

test('coverage agrees with the binomial distribution', () => {
  assert.equal(coverage(5, 0), 1 - 2 / 32);
  assert.equal(coverage(6, 0), 1 - 2 / 64);
  assert.ok(Math.abs(coverage(10, 1) - (1 - (2 * (1 + 10)) / 1024)) < 1e-12);
  assert.equal(coverage(1, 0), 0);
});

test('an interval of few values is their whole range, and says how sure it is', () => {
  const five = medianInterval([5, 1, 4, 2, 3]);
  assert.deepEqual(five, { median: 3, low: 1, high: 5, confidence: 0.9375, count: 5 });
  assert.deepEqual(medianInterval([2]), { median: 2, low: 2, high: 2, confidence: 0, count: 1 });
});

test('an interval of many values leaves out as many at both ends as it may', () => {
  const ten = medianInterval([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  assert.deepEqual([ten.low, ten.median, ten.high], [2, 5.5, 9]);
  assert.ok(ten.confidence >= 0.95);
  const hundred = medianInterval(Array.from({ length: 100 }, (_, i) => i + 1));
  assert.deepEqual([hundred.low, hundred.high], [40, 61]); // The ranks in the textbooks' tables.
  assert.ok(hundred.confidence >= 0.95 && hundred.confidence < 0.97);
});

test('the interval holds the true median as often as it claims', () => {
  let seed = 42;
  const uniform = () => {
    seed = (seed * 48271) % 2147483647;
    return seed / 2147483647;
  };
  let held = 0;
  const trials = 4000;
  for (let trial = 0; trial < trials; trial += 1) {
    const { low, high } = medianInterval(Array.from({ length: 8 }, uniform));
    if (low <= 0.5 && 0.5 <= high) held += 1;
  }
  assert.ok(Math.abs(held / trials - coverage(8, 0)) < 0.01, `${held} of ${trials}`);
});

test('no values, no interval', () => {
  assert.equal(medianInterval([]), null);
});
