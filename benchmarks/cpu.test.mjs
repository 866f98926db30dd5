import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { cpuAvailable, cpuBetween, cpuSnapshot, familyBetween, familySnapshot } from './cpu.mjs';

const TICK = 10_000_000; // As CLK_TCK is 100 on every Linux there is to speak of.
const snapshot = (totalNs, mainNs, threads) => ({ totalNs, mainNs, threads: threads && new Map(threads) });

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

test('processes are summed, new ones included, and main threads with and without the first', onLinux, () => {
  const before = new Map([
    [1, snapshot(0, 0, [[1, 100]])],
    [2, snapshot(0, 0, [[2, 1000]])],
  ]);
  const threads = /** @type {[number, number][]} */ ([
    [2, 3000],
    [20, 500],
  ]);
  const after = new Map([
    [1, snapshot(0, 0, [[1, 110]])],
    [2, snapshot(0, 0, threads)],
    [3, snapshot(0, 0, [[3, 7]])],
  ]);
  assert.deepEqual(familyBetween(1, before, after), {
    totalNs: 10 + 2500 + 7,
    mainNs: 10 + 2000 + 7,
    childrenMainNs: 2000 + 7,
    source: 'schedstat',
  });
  after.set(2, snapshot(90 * TICK, 60 * TICK, null));
  assert.equal(familyBetween(1, before, after).source, 'stat');
  after.delete(2);
  assert.equal(familyBetween(1, before, after), null, 'what one that ended took is not known');
});

test('the work of a child shows', onLinux, async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.once("data", () => { for (;;); })']);
  try {
    const before = familySnapshot(process.pid);
    assert.ok(before.has(process.pid) && before.has(child.pid));
    child.stdin.write('go');
    await delay(300);
    const { childrenMainNs, totalNs } = familyBetween(process.pid, before, familySnapshot(process.pid));
    assert.ok(childrenMainNs > 20e6, `${childrenMainNs} ns`);
    assert.ok(totalNs > childrenMainNs);
  } finally {
    child.kill('SIGKILL');
  }
});

test('without snapshots there is no figure', () => {
  assert.equal(cpuBetween(1, null, null), null);
  assert.equal(familyBetween(1, null, null), null);
});
