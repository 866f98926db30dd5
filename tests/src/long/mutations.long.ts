/** Broken requests beside `node:http`: never a crash, never a hang, and the same class of verdict. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runMutations } from '../connection/mutations';
import { ms, printTable } from './tools/clients';

/** In several runs, so that a failure comes with a seed that needs minutes no more. */
const RUNS = 4;
const MUTATIONS = 25_000;
const { LONG_SEED = '20261120' } = process.env;
const SHOWN = 20;

const rows: Record<string, string | number>[] = [];

for (let run = 0; run < RUNS; run++) {
  const seed = Number(LONG_SEED) + run;
  test(`${MUTATIONS} mutations, seed ${seed}`, { timeout: 300_000 }, async () => {
    const begun = performance.now();
    const { count, refused, documented, unexplained } = await runMutations(MUTATIONS, seed);
    const explained = [...documented.values()].reduce((sum, times) => sum + times, 0);
    rows.push({
      seed,
      mutations: count,
      'node refuses': refused,
      'differ as documented': explained,
      'differ otherwise': unexplained.length,
      ms: ms(performance.now() - begun),
    });
    if (run === RUNS - 1) printTable('Mutated requests, node:http and ours', rows);
    for (const [reason, times] of documented) console.log(`${String(times).padStart(6)}  ${reason}`);
    assert.equal(count, MUTATIONS);
    assert.ok(refused > 0 && refused < count, 'some are refused, and some are not');
    const shown = unexplained.slice(0, SHOWN).join('\n');
    assert.equal(unexplained.length, 0, `${unexplained.length} differ, LONG_SEED=${seed}:\n${shown}`);
  });
}
