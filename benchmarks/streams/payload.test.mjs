import assert from 'node:assert/strict';
import test from 'node:test';
import { BLOCK, checksum, source, tally } from './payload.mjs';

const SIZE = 3 * BLOCK.length;

test('a source gives what the checksum is of', async () => {
  assert.deepEqual(await tally(source(SIZE), true), { bytes: SIZE, sum: checksum(SIZE) });
  assert.deepEqual(await tally(source(SIZE), false), { bytes: SIZE });
});
