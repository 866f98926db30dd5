import assert from 'node:assert/strict';
import test from 'node:test';
import { cpuAvailable, cpuBetween, cpuSnapshot, parseStatTicks } from './cpu.mjs';

const TICK = 10_000_000; // As CLK_TCK is 100 on every Linux there is to speak of.
const snapshot = (totalNs, mainNs, threads) => ({ totalNs, mainNs, threads: threads && new Map(threads) });

test('ticks are found behind a name with blanks and parentheses', () => {
  const line = '42 (a b) c) S 1 1 1 0 -1 4194304 100 200 0 0 70 30 5 6 20 0 7 0 100 1000 10';
  assert.deepEqual(parseStatTicks(line), { own: 100, reaped: 11 });
});

test('nanoseconds are summed over threads, new ones included', () => {
  const before = snapshot(0, 0, [
    [1, 1000],
    [2, 500],
  ]);
  const after = snapshot(0, 0, [
    [1, 4000],
    [2, 600],
    [3, 70],
  ]);
  assert.deepEqual(cpuBetween(1, before, after), { totalNs: 3170, mainNs: 3000, source: 'schedstat' });
});

const onLinux = { skip: !cpuAvailable };
test('ticks step in when a thread ended, was never seen, or has no nanoseconds', onLinux, () => {
  const before = snapshot(0, 0, [
    [1, 0],
    [2, 900 * TICK],
  ]);
  const ended = snapshot(90 * TICK, 60 * TICK, [[1, 60 * TICK]]);
  assert.deepEqual(cpuBetween(1, before, ended), { totalNs: 90 * TICK, mainNs: 60 * TICK, source: 'stat' });
  const unseen = snapshot(90 * TICK, 60 * TICK, [
    [1, 60 * TICK],
    [2, 900 * TICK],
  ]);
  assert.equal(cpuBetween(1, before, unseen).source, 'stat');
  assert.equal(cpuBetween(1, snapshot(0, 0, null), ended).source, 'stat');
});

test('work shows, rest does not', { skip: !cpuAvailable }, () => {
  const before = cpuSnapshot(process.pid);
  const end = performance.now() + 200;
  while (performance.now() < end);
  const time = cpuBetween(process.pid, before, cpuSnapshot(process.pid));
  assert.ok(time.mainNs > 20e6 && time.mainNs < 400e6, `${time.mainNs} ns`);
  assert.ok(time.totalNs >= time.mainNs);
});

test('without snapshots there is no figure', () => {
  assert.equal(cpuBetween(1, null, null), null);
});
