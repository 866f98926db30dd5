import { after, before, describe } from 'node:test';
import { it } from '../harness/it';
import { isAct, type Table } from './case';
import { Duel, playAct } from './duel';

/** Makes a test of every case; the cases of a table share their two servers. */
export function play(tables: readonly Table[]): void {
  for (const { name, setting, cases } of tables) {
    describe(name, () => {
      let duel: Duel | undefined;
      if (!cases.every(isAct)) {
        before(async () => {
          duel = await Duel.start(setting);
        });
        after(() => duel?.stop());
      }
      for (const one of cases) {
        it(`${JSON.stringify(one.does).slice(1, -1)} [${one.rows.join(', ')}]`, async () => {
          if (isAct(one)) return playAct(one);
          if (duel === undefined) throw new Error('the servers have not started');
          await duel.play(one);
        });
      }
    });
  }
}
