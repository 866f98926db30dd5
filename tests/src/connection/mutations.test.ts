/** Mutated requests, ours beside `node:http`: the short form of the long test. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mutants } from './mutants';
import { runMutations } from './mutations';

const COUNT = 2_000;
/** Another one each time; `MUTATION_SEED` repeats what failed. */
const SEED = Number(process.env.MUTATION_SEED ?? Math.floor(Math.random() * 2 ** 31));

describe('mutated requests', () => {
  it('get the verdict of node:http, or differ as documented', { timeout: 60_000 }, async (t) => {
    t.diagnostic(`seed ${SEED}`);
    const { count, refused, documented, unexplained } = await runMutations(COUNT, SEED);
    for (const [reason, times] of documented) t.diagnostic(`${String(times).padStart(4)} ${reason}`);
    t.diagnostic(`${count} mutations, ${refused} refused by node:http, ${unexplained.length} unexplained`);
    assert.deepEqual(unexplained, [], `seed ${SEED}`);
    assert.ok(refused > count / 2 && refused < count, 'neither all of them are nonsense nor none');
  });

  it('are the same for the same seed', () => {
    assert.deepEqual([...mutants(300, 7)], [...mutants(300, 7)]);
    assert.notDeepEqual([...mutants(300, 7)], [...mutants(300, 8)]);
    assert.equal(new Set(mutants(300, 7)).size, 300);
  });
});
