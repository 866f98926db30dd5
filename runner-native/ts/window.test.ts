import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { Window } from './window';

const KIB = 1024;

/** The sizes after turns that take so many milliseconds each. */
function sizes(window: Window, count: number, ms: number): number[] {
  return Array.from({ length: count }, () => {
    now += ms;
    window.turn();
    return window.size / KIB;
  });
}

let now = 1_000_000;
mock.method(performance, 'now', () => now);

describe('Window', () => {
  it('opens to half of what was taken quickly, and no further than 2 MiB', () => {
    const window = new Window();
    assert.deepEqual(sizes(window, 6, 1), [256, 256, 256, 256, 256, 320]);
    assert.deepEqual(sizes(window, 20, 1).slice(-2), [2048, 2048]);
  });

  it('halves with each turn that is slow, down to 256 KiB', () => {
    const window = new Window();
    sizes(window, 30, 1);
    assert.deepEqual(sizes(window, 4, 5), [1024, 512, 256, 256]);
    assert.deepEqual(sizes(window, 100, 5).at(-1), 256);
  });
});
