import assert from 'node:assert/strict';
import test from 'node:test';
import { BLOCK, belongs, checksum, source, tally } from './payload.mjs';

const SIZE = 3 * BLOCK.length;

test('a source gives what the checksum is of', async () => {
  assert.deepEqual(await tally(source(SIZE), true), { bytes: SIZE, sum: checksum(SIZE) });
  assert.deepEqual(await tally(source(SIZE), false), { bytes: SIZE });
});

test('a piece belongs to one place only, also across the end of a block', () => {
  const body = Buffer.concat([BLOCK, BLOCK]);
  for (const [start, end] of [
    [0, 65_536],
    [7, 8],
    [BLOCK.length - 5, BLOCK.length + 100],
  ]) {
    const piece = body.subarray(start, end);
    assert.ok(belongs(piece, start));
    assert.ok(belongs(piece, start + BLOCK.length));
    if (piece.length > 1) assert.ok(!belongs(piece, start + 65_536));
  }
  const spoiled = Buffer.from(body.subarray(0, 100));
  spoiled[99] ^= 1;
  assert.ok(!belongs(spoiled, 0));
});
