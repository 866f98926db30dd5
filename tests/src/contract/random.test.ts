/** Targets and bodies by chance, to both servers. */
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { it } from '../harness/it';
import { comparable } from './allowed';
import type { Case } from './case';
import { differences } from './difference';
import { Duel } from './duel';
import { type Chance, chance, json, target } from './random';
import { body, emit, to } from './requests';

const COUNT = 400;
/** So many that differ are enough. */
const ENOUGH = 3;
/** Another one each time; `CONTRACT_SEED` repeats what failed. */
const SEED = Number(process.env.CONTRACT_SEED ?? Math.floor(Math.random() * 2 ** 31));

const KINDS: [name: string, make: (random: Chance) => Case['send']][] = [
  ['targets', (random) => to(target(random), { body: '1' })],
  ['bodies of tasks', (random) => body(json(random))],
  ['bodies of events', (random) => emit('happened', json(random))],
  ['results', (random) => emit('happened', `{"returnPayload":true,"payload":${json(random)}}`)],
];

describe('requests by chance', () => {
  let duel: Duel;
  before(async () => {
    duel = await Duel.start();
  });
  after(() => duel.stop());

  for (const [name, make] of KINDS) {
    it(`have the same answers: ${name}`, async (t) => {
      t.diagnostic(`seed ${SEED}`);
      const random = chance(SEED);
      const statuses = new Set<unknown>();
      const found: string[] = [];
      for (let n = 0; n < COUNT; n += 1) {
        const one: Case = { rows: [], does: '', send: make(random), gets: [] };
        const [stock, ours] = (await duel.observe(one)).map((side) => comparable(side, 'native'));
        const status = stock?.answers[0]?.status;
        statuses.add(status);
        // D18: no URL; here ours answers 404, or 400 where it is no URI either.
        if (status === 500 && stock?.logs[0]?.message === 'exposure.http.unhandled') continue;
        const all = differences(stock, ours);
        if (all.length > 0) found.push(`${JSON.stringify(one.send)}\n${all.join('\n')}`);
        if (found.length === ENOUGH) break;
      }
      assert.equal(
        found.length,
        0,
        `seed ${SEED}: ${found.length} differ\n${found.slice(0, 5).join('\n\n')}`,
      );
      assert.ok(statuses.has(200) && statuses.size > 1, `only ${[...statuses]}`);
    });
  }

  it('are the same for the same seed', () => {
    const some = (seed: number): string[] => {
      const random = chance(seed);
      return Array.from({ length: 50 }, () => target(random) + json(random));
    };
    assert.deepEqual(some(7), some(7));
    assert.notDeepEqual(some(7), some(8));
  });
});
