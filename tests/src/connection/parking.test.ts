/** Idle connections: what they cost, and that nothing is lost when bytes come while they are parked. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { gated } from '../harness/native';
import { RawConnection } from '../harness/raw';
import { chunked, request, taskRequest } from '../harness/request';
import { CAN_MEASURE, type Idle, KINDS, measureIdle, parked } from './idle';

const [CONNECTIONS, UNCOUNTED] = [1_000, 500];
const MOST = 3.5 * 1024;
/** Longer than a connection stays active without a request. */
const PARKED_MS = 400;

const keep = (name: string): Buffer => request(taskRequest('keep', name));

async function parkedOne(t: TestContext): Promise<{ connection: RawConnection; port: number }> {
  const { server } = gated(t, { timeouts: { headMs: PARKED_MS, keepAliveMs: 60_000 } });
  const { port } = await server.listen();
  const connection = await RawConnection.open(port);
  t.after(() => connection.leave());
  assert.equal((await connection.write(keep('first')).read()).json.result, 'first');
  await parked(port);
  return { connection, port };
}

describe('an idle connection', () => {
  const skip = !CAN_MEASURE && 'resident memory is only known on Linux';
  it('costs little, and serves again', { timeout: 60_000, skip }, async (t) => {
    const all: Idle[] = [];
    for (const kind of KINDS) {
      const idle = await measureIdle(kind, CONNECTIONS, UNCOUNTED);
      t.diagnostic(`${kind.padEnd(12)} | ${(idle.bytesEach / 1024).toFixed(1).padStart(5)} KB each`);
      assert.equal(idle.servedAgain, CONNECTIONS);
      all.push(idle);
    }
    const ours = all.find(({ kind }) => kind === 'ours');
    assert.ok(ours !== undefined && ours.bytesEach <= MOST, `${ours?.bytesEach} bytes each`);
  });

  it('takes several requests at once', { timeout: 10_000 }, async (t) => {
    const { connection, port } = await parkedOne(t);
    for (const round of ['one', 'two']) {
      const names = Array.from({ length: 20 }, (_, at) => `${round} ${at}`);
      connection.write(Buffer.concat(names.map(keep)));
      for (const name of names) assert.equal((await connection.read()).json.result, name);
      await parked(port);
    }
  });

  it('takes a request in parts, wherever it is cut', { timeout: 30_000 }, async (t) => {
    const { server } = gated(t, { timeouts: { headMs: PARKED_MS, keepAliveMs: 60_000 } });
    const { port } = await server.listen();
    const whole = request({
      target: '/__runner/task/keep',
      headers: { 'Transfer-Encoding': 'chunked' },
      body: chunked('{"input":', '"in parts"}'),
    });
    const cuts = Array.from({ length: whole.length - 1 }, (_, at) => at + 1);
    const connections = await Promise.all(cuts.map(() => RawConnection.open(port)));
    t.after(() => {
      for (const connection of connections) connection.leave();
    });
    for (const connection of connections) await connection.write(keep('first')).read();
    await parked(port);
    for (const [at, connection] of connections.entries()) connection.write(whole.subarray(0, cuts[at]));
    // All of them have been woken by their first part when a later client is served.
    const later = await RawConnection.open(port);
    await later.write(keep('later')).read();
    later.leave();
    for (const [at, connection] of connections.entries()) {
      connection.write(whole.subarray(cuts[at]));
      assert.equal((await connection.read()).json.result, 'in parts', `cut at ${cuts[at]}`);
    }
  });

  it('takes empty lines for nothing, and bytes that are no HTTP for an end', {
    timeout: 10_000,
  }, async (t) => {
    const { connection, port } = await parkedOne(t);
    connection.write('\r\n').write(keep('after an empty line'));
    assert.equal((await connection.read()).json.result, 'after an empty line');
    await parked(port);
    connection.write('no HTTP\r\n\r\n');
    assert.equal((await connection.read()).status, 400);
    await connection.closed;
  });

  it('is noticed when it leaves', { timeout: 10_000 }, async (t) => {
    const { server } = gated(t, { timeouts: { headMs: PARKED_MS, keepAliveMs: 60_000 } });
    const { port } = await server.listen();
    const leavers = await Promise.all(Array.from({ length: 30 }, () => RawConnection.open(port)));
    for (const connection of leavers) await connection.write(keep('x')).read();
    const stays = await RawConnection.open(port);
    t.after(() => stays.leave());
    await stays.write(keep('x')).read();
    await parked(port);
    for (const [at, connection] of leavers.entries()) {
      if (at % 3 === 0) connection.leave();
      else if (at % 3 === 1) connection.reset();
      else connection.halfClose();
    }
    while (server.stats().connections > 1) await stays.write(keep('x')).read();
    for (const connection of leavers) connection.leave();
  });
});
