/** Servers that come and go in one process leave nothing behind. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { TunnelServer } from '@bluelibs/runner-native';
import { RawConnection } from '../harness/raw';
import { request, taskRequest } from '../harness/request';

const ROUNDS = 100;
/** What the process takes once and keeps is taken in these. */
const WARM_UP = 5;

/** What a process holds; threads and descriptors are only known on Linux. */
interface Holdings {
  readonly resources: string[];
  readonly threads: number;
  readonly descriptors: number;
}

function holdings(): Holdings {
  const count = (folder: string): number =>
    process.platform === 'linux' ? readdirSync(`/proc/self/${folder}`).length : 0;
  return {
    resources: process.getActiveResourcesInfo().sort(),
    threads: count('task'),
    descriptors: count('fd'),
  };
}

/** One server from its start to its end, with an idle, a silent and a busy connection at the end. */
async function live(at: number): Promise<void> {
  const server = new TunnelServer({ port: 0, ioThreads: 1 + (at % 2) });
  let begin!: () => void;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  server.registerTask('echo', (input: unknown) => input);
  server.registerTask('hold', (_input: unknown, { signal }) => {
    begin();
    return new Promise((resolve) => signal.addEventListener('abort', resolve));
  });
  const { port } = await server.listen();
  const [idle, silent, busy] = await Promise.all([1, 2, 3].map(() => RawConnection.open(port)));
  const all = [idle, silent, busy] as RawConnection[];
  const answer = await idle?.write(request(taskRequest('echo', at))).read();
  assert.equal(answer?.json.result, at);
  busy?.write(request(taskRequest('hold')));
  await begun;
  await server.close({ graceMs: 0 });
  await Promise.all(all.map(({ closed }) => closed));
  for (const connection of all) connection.leave();
}

describe('a process', () => {
  it('is as it was after a hundred servers', { timeout: 60_000 }, async (t) => {
    for (let at = 0; at < WARM_UP; at++) await live(at);
    const same = async (before: Holdings): Promise<Holdings> => {
      // Sockets of this test, and threads that have said goodbye, need a moment to be gone.
      const deadline = performance.now() + 5_000;
      for (;;) {
        const now = holdings();
        if (JSON.stringify(now) === JSON.stringify(before) || performance.now() > deadline) return now;
        await turn();
      }
    };
    // The warm-up's own remains are gone when nothing changes any more.
    let before = holdings();
    for (let calm = 0; calm < 1_000; calm++) {
      await turn();
      const now = holdings();
      if (JSON.stringify(now) !== JSON.stringify(before)) calm = 0;
      before = now;
    }
    for (let at = 0; at < ROUNDS; at++) await live(at);
    const after = await same(before);
    t.diagnostic(`before ${JSON.stringify(before)}`);
    t.diagnostic(`after ${ROUNDS} servers ${JSON.stringify(after)}`);
    assert.deepEqual(after, before);
  });

  it('can start many servers at once', { timeout: 60_000 }, async () => {
    const before = holdings();
    await Promise.all(Array.from({ length: 20 }, (_, at) => live(at)));
    while (holdings().threads > before.threads) await turn();
    assert.equal(holdings().threads, before.threads);
  });
});
