import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { Window } from './window';

const KIB = 1024;
const MIB = 1024 * KIB;

describe('Window', () => {
  let now = 1_000_000;
  beforeEach(() => mock.method(performance, 'now', () => now));
  afterEach(() => mock.restoreAll());

  /** The sizes after turns of 256 KiB that take so many milliseconds each. */
  function sizes(window: Window, count: number, ms: number): number[] {
    return Array.from({ length: count }, () => {
      now += ms;
      window.turn(256 * KIB);
      return window.size / KIB;
    });
  }

  it('opens to half of what was taken quickly, and no further than 2 MiB', () => {
    const window = new Window();
    assert.deepEqual(sizes(window, 5, 1), [256, 256, 256, 384, 512]);
    assert.deepEqual(sizes(window, 20, 1).slice(-2), [2048, 2048]);
  });

  it('halves with each turn that is slow, down to 256 KiB', () => {
    const window = new Window();
    sizes(window, 30, 1);
    assert.deepEqual(sizes(window, 5, 5), [1024, 512, 256, 256, 256]);
    assert.deepEqual(sizes(window, 4, 1), [256, 256, 384, 512]);
  });

  it('closes when what is taken comes in bursts, as of a client that is slow', () => {
    const window = new Window(8 * MIB);
    sizes(window, 60, 1);
    assert.equal(window.size, 2 * MIB);
    for (let burst = 0; burst < 3; burst += 1) {
      sizes(window, 1, 300);
      sizes(window, 20, 1);
    }
    assert.equal(window.size, 256 * KIB);
  });

  it('does not open by what is taken quickly of whoever is slow', () => {
    const window = new Window(8 * MIB);
    assert.equal(sizes(window, 35, 1).at(-1), 256);
    assert.deepEqual(sizes(window, 3, 1), [384, 512, 640]);
  });

  it('is a whole number of bytes, whatever is taken', () => {
    const window = new Window();
    for (let turn = 1; turn < 200; turn += 1) {
      now += turn % 7 === 0 ? 5 : 1;
      window.turn(100_003 * (turn % 5));
      assert.ok(Number.isInteger(window.size), `${window.size}`);
    }
  });
});
