import { after, before, describe } from 'node:test';
import { it, skipped } from '../harness/it';
import { isAct, type Table } from './case';
import { Duel, playAct } from './duel';
import { whyNot } from './exempt';
import { isFront } from './subjects';

/** Makes a test of every case; the cases of a table share their two servers. */
export function play(tables: readonly Table[]): void {
  for (const table of tables) {
    const { name, setting, cases } = table;
    const why = (does: string): string | undefined => (isFront ? whyNot(table, does) : undefined);
    describe(name, () => {
      let duel: Duel | undefined;
      if (cases.some((one) => !isAct(one) && why(one.does) === undefined)) {
        before(async () => {
          duel = await Duel.start(setting);
        });
        after(() => duel?.stop());
      }
      for (const one of cases) {
        const title = `${JSON.stringify(one.does).slice(1, -1)} [${one.rows.join(', ')}]`;
        const reason = why(one.does);
        if (reason !== undefined) {
          skipped(title, reason);
          continue;
        }
        it(title, async () => {
          if (isAct(one)) return playAct(one);
          if (duel === undefined) throw new Error('the servers have not started');
          await duel.play(one);
        });
      }
    });
  }
}
