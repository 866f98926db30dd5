import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { Demand } from './demand';
import type { Outbox } from './outbox';

const KIB = 1024;

describe('Demand', () => {
  let now = 1_000_000;
  beforeEach(() => mock.method(performance, 'now', () => now));
  afterEach(() => mock.restoreAll());

  function demand(more: (bytes: number) => void): Demand {
    const outbox = { more: (_: number, bytes: number) => more(bytes) };
    return new Demand(outbox as unknown as Outbox, 7);
  }

  it('asks when less than half is on its way, and no more than a window in all', () => {
    const asked: number[] = [];
    const body = demand((bytes) => asked.push(bytes / KIB));
    body.ask();
    body.came(128 * KIB);
    body.ask();
    assert.deepEqual(asked, [256]);
    body.came(KIB);
    body.ask();
    assert.deepEqual(asked, [256, 129]);
  });

  it('asks for more of what is taken quickly', () => {
    let open = 0;
    let most = 0;
    const body = demand((bytes) => (open += bytes));
    for (let taken = 0; taken < 4096 * KIB; taken += 64 * KIB) {
      body.ask();
      assert.ok(open <= Math.max(256 * KIB, taken / 2), `${open} bytes are open after ${taken}`);
      most = Math.max(most, open);
      body.came(64 * KIB);
      open -= 64 * KIB;
    }
    assert.ok(most > 1024 * KIB, `${most} bytes were open`);
  });

  it('grants up to a window of what is open in Rust, for ever, also when more came than was asked for', () => {
    let open = 0;
    const body = demand((bytes) => {
      assert.ok(Number.isInteger(bytes) && bytes > 0, `asked for ${bytes} bytes`);
      open += bytes;
    });
    for (let piece = 0; piece < 5000; piece += 1) {
      now += piece % 11 === 0 ? 5 : 1;
      body.ask();
      assert.ok(open > 0 && open <= 2048 * KIB, `${open} bytes are open`);
      const bytes = open < 1000 || piece % 3 === 0 ? 256 * KIB : 10_007 * (piece % 13) + 1;
      body.came(bytes);
      open -= bytes;
    }
  });
});
