import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Stats } from '@bluelibs/runner-native';
import { it } from './harness/it';
import { begin, type Gated, gated } from './harness/native';
import { RawConnection } from './harness/raw';
import { callTask, exchange } from './harness/request';

/** Reads the numbers again and again, a request between, until they fit. */
async function until({ server }: Gated, fits: (stats: Stats) => boolean): Promise<Stats> {
  const { port } = server.address() ?? { port: 0 };
  for (;;) {
    const stats = server.stats();
    if (fits(stats)) return stats;
    await exchange(port, { target: '/other' });
  }
}

describe('stats()', () => {
  it('begins with nothing', (t) => {
    const { server } = gated(t);
    const nothing = { inFlight: 0, queued: 0, abandoned: 0, connections: 0, answered: {} };
    assert.deepEqual(server.stats(), nothing);
  });

  it('counts answers by their status', async (t) => {
    const { server } = gated(t);
    const { port } = await server.listen();
    for (let round = 0; round < 3; round++) await callTask(port, 'keep', 'x');
    await callTask(port, 'ghost');
    await exchange(port, { method: 'OPTIONS', target: '/__runner/task/keep' });
    await exchange(port, { method: 'GET', target: '/__runner/task/keep' });
    assert.deepEqual(server.stats().answered, { 200: 3, 204: 1, 404: 1, 405: 1 });
  });

  it('counts open connections', async (t) => {
    const one = gated(t);
    const { port } = await one.server.listen();
    const connections = await Promise.all([1, 2, 3].map(() => RawConnection.open(port)));
    await until(one, (stats) => stats.connections >= 3);
    for (const connection of connections) connection.leave();
    // What the last look itself leaves behind may still be counted.
    await until(one, (stats) => stats.connections <= 1);
  });

  it('counts calls in flight until their handlers settle', async (t) => {
    const one = gated(t);
    const { port } = await one.server.listen();
    const stays = await begin(t, one, 'hold', 'stays');
    const leaves = await begin(t, one, 'hold', 'leaves');
    assert.equal(one.server.stats().inFlight, 2);
    leaves.leave();
    await one.logs.noted('aborted', 'leaves');
    assert.equal(one.server.stats().inFlight, 2);
    assert.equal(one.server.stats().abandoned, 0);
    await callTask(port, 'open', 'leaves');
    await until(one, (stats) => stats.inFlight === 1);
    await callTask(port, 'open', 'stays');
    assert.equal((await stays.read()).status, 200);
    assert.equal(one.server.stats().inFlight, 0);
  });

  it('counts calls that were given up', async (t) => {
    const one = gated(t, { timeouts: { abandonedMs: 20 } });
    await one.server.listen();
    (await begin(t, one, 'hold', 'x')).leave();
    const { inFlight } = await until(one, (stats) => stats.abandoned === 1);
    assert.equal(inFlight, 0);
  });

  it('can be read after the close', async (t) => {
    const one = gated(t);
    const { port } = await one.server.listen();
    await callTask(port, 'keep', 'x');
    await one.server.close();
    const { inFlight, queued, connections } = one.server.stats();
    assert.deepEqual({ inFlight, queued, connections }, { inFlight: 0, queued: 0, connections: 0 });
  });
});
