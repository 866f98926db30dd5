/** Four threads with a server each, two of them terminated under load, again and again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Round } from './children/threads';
import { mib, ms, printTable, quantile } from './tools/clients';
import { Helper } from './tools/processes';

const ROUNDS = 200;
/** Before anything is compared: what Node makes once, it has made by then. */
const WARM_UP = 3;
const MOST_GROWTH = 16 * 2 ** 20;
const BLOCKS = 8;

const median = (values: readonly number[]): number =>
  quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );

test('threads come and go, also under load', { timeout: 400_000 }, async (t) => {
  // A small young generation, so that garbage is not taken for growth.
  const child = Helper.start(t, 'threads', [], ['--expose-gc', '--max-semi-space-size=1']);
  for (let round = 0; round < WARM_UP; round++) await child.ask<Round>('round');
  const begun = performance.now();
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await child.ask<Round>('round'));
  const took = performance.now() - begun;

  const length = ROUNDS / BLOCKS;
  const blocks = Array.from({ length: BLOCKS }, (_, block) =>
    rounds.slice(block * length, (block + 1) * length),
  );
  printTable(
    `${ROUNDS} rounds of four servers in threads, two terminated under load; ${ms(took / ROUNDS)} ms each`,
    blocks.map((some, block) => ({
      rounds: `${block * length + 1}-${(block + 1) * length}`,
      answered: some.reduce((sum, { answered }) => sum + answered, 0),
      cut: some.reduce((sum, { cut }) => sum + cut, 0),
      'median RSS MiB': mib(median(some.map(({ rss }) => rss))),
      'most fds': Math.max(...some.map(({ fds }) => fds)),
      'most threads': Math.max(...some.map(({ threads }) => threads)),
    })),
  );
  const rss = rounds.map((round) => round.rss);
  const growth = median(rss.slice(ROUNDS / 2)) - median(rss.slice(0, ROUNDS / 2));
  console.log(`median RSS of the second half: ${mib(growth)} MiB above that of the first\n`);
  assert.ok(growth < MOST_GROWTH, `grew by ${mib(growth)} MiB`);
  const [first, last] = [rounds[0], rounds.at(-1)];
  assert.deepEqual([last?.fds, last?.threads], [first?.fds, first?.threads], 'fds and threads are back');
});
