import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Demand } from './demand';
import type { Outbox } from './outbox';

const KIB = 1024;

describe('Demand', () => {
  it('asks when less than half is on its way, and no more than a window in all', () => {
    const asked: number[] = [];
    const outbox = { more: (_: number, bytes: number) => asked.push(bytes / KIB) };
    const demand = new Demand(outbox as unknown as Outbox, 7);
    demand.ask();
    demand.came(128 * KIB);
    demand.ask();
    assert.deepEqual(asked, [256]);
    demand.came(KIB);
    demand.ask();
    assert.deepEqual(asked, [256, 129]);
  });

  it('grants what is open in Rust up to a window, also when more came than was asked for', () => {
    let open = 0;
    const outbox = { more: (_: number, bytes: number) => (open += bytes) };
    const demand = new Demand(outbox as unknown as Outbox, 7);
    for (let piece = 0; piece < 1000; piece += 1) {
      demand.ask();
      assert.ok(open > 0 && open <= 2048 * KIB, `${open} bytes are open`);
      const bytes = open < 1000 || piece % 3 === 0 ? 256 * KIB : open - 10;
      demand.came(bytes);
      open -= bytes;
    }
  });
});
