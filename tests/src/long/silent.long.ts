/** Thousands of connections that say nothing: what the others notice, and how the silent ones end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as passed } from 'node:timers/promises';
import type { Stats } from '@bluelibs/runner-native';
import type { Fates } from './tools/attacks';
import { type Figures, GoodClients, mib, ms, printTable } from './tools/clients';
import { Helper, residentBytes, until } from './tools/processes';

const SILENT = 5_000;
/** Long enough to connect them all and to measure beside them. */
const HEAD_MS = 12_000;
const MEASURED_MS = 4_000;
/** What a loaded machine may add to a time. */
const LATE_MS = 5_000;
/** Generous, as machines differ: it is about calls that wait for silent ones, not about microseconds. */
const MOST_TIMES_SLOWER = 50;

test(`${SILENT} silent connections`, { timeout: 120_000 }, async (t) => {
  const server = Helper.start(t, 'server', [JSON.stringify({ timeouts: { headMs: HEAD_MS } })]);
  const clients = Helper.start(t, 'attackers');
  const port = await server.ask<number>('listen');
  const good = new GoodClients(port);
  t.after(() => good.stop());
  const connections = async (): Promise<number> => (await server.ask<Stats>('stats')).connections;
  const rows: Record<string, string | number>[] = [];
  const note = async (phase: string): Promise<Figures> => {
    const figures = good.figures();
    rows.push({
      phase,
      connections: await connections(),
      'good calls': figures.calls,
      failed: figures.failures.length,
      'p50 ms': ms(figures.p50),
      'p99 ms': ms(figures.p99),
      'max ms': ms(figures.max),
      'RSS MiB': mib(residentBytes(server.pid)),
    });
    return figures;
  };

  await passed(MEASURED_MS / 2);
  await note('warming up');
  await passed(MEASURED_MS);
  const without = await note('without them');

  const begun = performance.now();
  await clients.ask('begin', { name: 'says nothing', count: SILENT, port });
  await until('all are accepted', LATE_MS, async () => (await connections()) >= SILENT + good.count);
  const arrived = await note('they arrive');
  await passed(MEASURED_MS);
  const beside = await note('beside them');
  const stillHere = await connections();
  const measuredMs = performance.now() - begun;

  const fates = await clients.ask<Fates>('fates', HEAD_MS + LATE_MS);
  const leaving = await note('until they are gone');
  await until('they are gone', LATE_MS, async () => (await connections()) <= good.count);
  await passed(MEASURED_MS / 2);
  const after = await note('afterwards');

  printTable(`${SILENT} silent connections beside ${good.count} good ones, headMs ${HEAD_MS}`, rows);
  console.log(
    `${fates.told} got 408, ${fates.cut} were cut; ended between ${ms(fates.firstMs)} and ${ms(fates.lastMs)} ms ` +
      `after they had connected\n`,
  );
  assert.ok(
    measuredMs < HEAD_MS,
    `measured for ${ms(measuredMs)} ms: the silent ones may have left meanwhile`,
  );
  assert.equal(stillHere, SILENT + good.count);
  for (const { failures } of [without, arrived, beside, leaving, after]) assert.deepEqual(failures, []);
  assert.ok(beside.p99 < MOST_TIMES_SLOWER * without.p99, `p99 ${ms(without.p99)} -> ${ms(beside.p99)} ms`);
  assert.deepEqual(
    { told: fates.told, cut: fates.cut, alive: fates.alive },
    { told: SILENT, cut: 0, alive: 0 },
  );
  assert.ok(fates.firstMs > HEAD_MS - 50, `the first was ended after ${ms(fates.firstMs)} ms`);
  assert.ok(fates.lastMs < HEAD_MS + LATE_MS, `the last was ended after ${ms(fates.lastMs)} ms`);
});
