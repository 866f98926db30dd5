/** Clients that are slow on purpose: what becomes of them, and what the others notice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as passed } from 'node:timers/promises';
import type { Stats } from '@bluelibs/runner-native';
import type { AttackName, Fates } from './tools/attacks';
import { GoodClients, mib, ms, printTable } from './tools/clients';
import { Helper, residentBytes, undelivered, until } from './tools/processes';

const LIMIT_MS = 3_000;
/** What a loaded machine may add. */
const LATE_MS = 3_000;
const ATTACKERS = 300;
/** Each holds an answer of 6 MB, of which the kernel takes a part. */
const READERS = 200;
const BASELINE_MS = 2_000;

const timeouts = { headMs: LIMIT_MS, requestMs: LIMIT_MS, writeMs: LIMIT_MS };

interface Expected {
  name: AttackName;
  fate: 'told' | 'cut';
}

const CASES: readonly Expected[] = [
  { name: 'head, byte by byte', fate: 'told' },
  { name: 'head, line by line', fate: 'told' },
  { name: 'body with a length', fate: 'told' },
  { name: 'body in chunks', fate: 'told' },
  { name: 'reads nothing', fate: 'cut' },
  { name: 'reads 4 KB/s', fate: 'cut' },
];

test('slow clients are ended in time, and the others do not suffer', { timeout: 180_000 }, async (t) => {
  const server = Helper.start(t, 'server', [JSON.stringify({ timeouts })]);
  const attackers = Helper.start(t, 'attackers');
  const port = await server.ask<number>('listen');
  const good = new GoodClients(port);
  t.after(() => good.stop());
  const connections = async (): Promise<number> => (await server.ask<Stats>('stats')).connections;

  // The first calls are slower than any attack makes the others.
  await passed(BASELINE_MS);
  good.figures();
  await passed(BASELINE_MS);
  const before = good.figures();
  const rows = [row('(nobody else)', before, [residentBytes(server.pid), residentBytes(server.pid)], {})];
  const wrong: string[] = [];

  for (const { name, fate } of CASES) {
    const resident = residentBytes(server.pid);
    let peak = resident;
    const count = fate === 'cut' ? READERS : ATTACKERS;
    good.figures();
    await attackers.ask('begin', { name, count, port });
    const begun = performance.now();
    // Those who do not read can't tell when they are cut; the server can.
    const gone = await until('the attackers are gone', 2 * LIMIT_MS + LATE_MS, async () => {
      peak = Math.max(peak, residentBytes(server.pid));
      return (await connections()) <= good.count ? performance.now() - begun : 0;
    }).catch(() => Number.POSITIVE_INFINITY);
    const during = good.figures();
    const left = undelivered(port);
    const fates = await attackers.ask<Fates>('fates', LATE_MS);
    await until('they have left', LATE_MS, async () => (await connections()) <= good.count);

    rows.push(row(name, during, [resident, peak], { gone, fates, left }));
    if (fates[fate] !== count) wrong.push(`${name}: not all were ${fate}: ${JSON.stringify(fates)}`);
    if (gone > LIMIT_MS + LATE_MS) wrong.push(`${name}: the last was gone after ${ms(gone)} ms`);
    if (fate === 'told' && fates.firstMs < LIMIT_MS - 50) wrong.push(`${name}: one was ended too early`);
    // Destroyed is destroyed: what the client did not take in time must not stay in the kernel, out of every limit.
    if (left > 0) wrong.push(`${name}: the kernel still holds what ${left} of them did not take`);
    if (during.failures.length > 0) wrong.push(`${name}: good clients failed: ${during.failures}`);
  }

  printTable(`Slow clients beside ${good.count} good ones; every limit is ${LIMIT_MS} ms`, rows);
  assert.deepEqual(before.failures, []);
  assert.deepEqual(wrong, []);
  assert.equal((await server.ask<Stats>('stats')).inFlight <= good.count, true);
});

function row(
  name: string,
  { calls, p50, p99, max, failures }: ReturnType<GoodClients['figures']>,
  [before, peak]: readonly [number, number],
  { gone, fates, left }: { gone?: number; fates?: Fates; left?: number },
): Record<string, string | number> {
  return {
    attack: name,
    'got 408': fates?.told ?? '',
    cut: fates?.cut ?? '',
    other: fates === undefined ? '' : fates.alive + fates.served,
    'FIN-WAIT-1': left ?? '',
    'gone, ms': gone === undefined ? '' : ms(gone),
    'good calls': calls,
    failed: failures.length,
    'p50 ms': ms(p50),
    'p99 ms': ms(p99),
    'max ms': ms(max),
    'RSS MiB': mib(before),
    'peak MiB': mib(peak),
  };
}
