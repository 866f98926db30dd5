/**
 * Starting and stopping a thousand times leaves nothing behind.
 *
 * How it is measured: a process of its own makes two identical rounds of 500 servers. After each, garbage is collected
 * several times with turns of the loop between (finalizers of native objects run in them), and the process's resident
 * memory is read. The first round brings the allocators, the JIT and the pools of Node to the size that the work needs;
 * a second one that does the same needs nothing more, so what it adds is a leak, or noise. V8's young generation is held
 * at 1 MiB, as its size follows the load and not what is kept.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Holdings } from './children/restarts';
import { mib, printTable } from './tools/clients';
import { Helper } from './tools/processes';

const ROUND = 500;
const MOST_GROWTH = 4 * 2 ** 20;
/** Makes what is made once. */
const WARM_UP = 10;

test(`starting and stopping ${2 * ROUND} times`, { timeout: 120_000 }, async (t) => {
  const child = Helper.start(t, 'restarts', [], ['--expose-gc', '--max-semi-space-size=1']);
  const fresh = await child.ask<Holdings>('holdings');
  const warm = await child.ask<Holdings>('round', WARM_UP);
  const first = await child.ask<Holdings>('round', ROUND);
  const second = await child.ask<Holdings>('round', ROUND);

  const row = (after: string, { rss, heap, external, fds, threads, resources }: Holdings) => ({
    after,
    'RSS MiB': mib(rss),
    'heap MiB': mib(heap),
    'external MiB': mib(external),
    fds,
    threads,
    resources,
  });
  printTable(
    'A call of 50 KB, an idle, a silent and in every fourth a busy connection each, one or two IO threads',
    [
      row('start', fresh),
      row(`${WARM_UP} servers`, warm),
      row(`${ROUND} more`, first),
      row(`${ROUND} more`, second),
    ],
  );
  console.log(`The second round grew by ${mib(second.rss - first.rss)} MiB\n`);
  for (const round of [first, second]) {
    assert.equal(round.fds, warm.fds, 'descriptors');
    assert.equal(round.threads, warm.threads, 'threads');
    assert.equal(round.resources, warm.resources, 'what keeps the process alive');
  }
  assert.ok(second.rss - first.rss < MOST_GROWTH, `grew by ${mib(second.rss - first.rss)} MiB`);
});
