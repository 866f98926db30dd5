/** FIELD_NOTES 3.4, "abort detection depends on read state": the same leavings, at `node:http` and at ours. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { RawConnection } from '../harness/raw';
import { request, taskRequest } from '../harness/request';
import { settle } from './beside';
import { type Leaver, type Mode, startNodeLeaver, startOurLeaver } from './leavers';

const SMALL = request(taskRequest('call', 'small'));
const BIG = request(taskRequest('call', 'x'.repeat(400_000)));
const part = (length: number): Buffer => BIG.subarray(0, length);

interface Row {
  readonly client: string;
  readonly sends: Buffer;
  readonly mode: Mode;
  readonly leaves: 'leave' | 'reset' | 'halfClose';
  /** Too much is unread for a server to look behind it: noticed when somebody reads or writes. */
  readonly late?: true;
}

const ROWS: readonly Row[] = [
  { client: 'closes after a small request', sends: SMALL, mode: 'whole', leaves: 'leave' },
  { client: 'resets after a small request', sends: SMALL, mode: 'whole', leaves: 'reset' },
  { client: 'half-closes after a small request', sends: SMALL, mode: 'whole', leaves: 'halfClose' },
  {
    client: 'closes with a second request queued',
    sends: Buffer.concat([SMALL, SMALL]),
    mode: 'whole',
    leaves: 'leave',
  },
  {
    client: 'closes with half a request queued',
    sends: Buffer.concat([SMALL, SMALL.subarray(0, 30)]),
    mode: 'whole',
    leaves: 'leave',
  },
  { client: 'closes with 10 KB of body unread', sends: part(10_000), mode: 'unread', leaves: 'leave' },
  { client: 'resets with 10 KB of body unread', sends: part(10_000), mode: 'unread', leaves: 'reset' },
  { client: 'half-closes with 10 KB unread', sends: part(10_000), mode: 'unread', leaves: 'halfClose' },
  { client: 'closes while the body is read', sends: part(10_000), mode: 'reading', leaves: 'leave' },
  { client: 'resets while the body is read', sends: part(10_000), mode: 'reading', leaves: 'reset' },
  { client: 'half-closes while it is read', sends: part(10_000), mode: 'reading', leaves: 'halfClose' },
  { client: 'resets with 300 KB unread', sends: part(300_000), mode: 'unread', leaves: 'reset', late: true },
];

/** Turns during which a server of either kind has come round to whatever it will do. */
const ROUNDS = 20;

async function becomes(port: number, wanted: () => boolean): Promise<boolean> {
  for (let round = 0; round < ROUNDS; round++) {
    await settle(port);
    for (let again = 0; again < ROUNDS; again++) {
      if (wanted()) return true;
      await turn();
    }
  }
  return false;
}

interface Seen {
  readonly noticed: 'at once' | 'late' | 'never';
  /** What a client that still listens is told. */
  readonly told: string;
}

async function observe(server: Leaver, { client, sends, mode, leaves }: Row): Promise<Seen> {
  const context = `${server.name}, the client ${client}`;
  const watched = server.watch(mode);
  const connection = await RawConnection.open(server.port);
  connection.write(sends);
  await watched.begun;
  await settle(server.port);
  connection[leaves]();
  const atOnce = await becomes(server.port, watched.noticed);
  watched.release();
  const noticed = atOnce || (await becomes(server.port, watched.noticed));
  const answer = leaves === 'halfClose' ? await connection.rest() : '';
  connection.leave();
  assert.equal(await becomes(server.port, () => server.places() === 0), true, `${context}: a place is kept`);
  if (noticed) assert.equal(server.answers(), 0, `${context}: an answer`);
  assert.equal(watched.ran, mode === 'whole', `${context}: the handler`);
  assert.doesNotMatch(answer, /too late|200/, context);
  return { noticed: atOnce ? 'at once' : noticed ? 'late' : 'never', told: answer.slice(9, 12) || '-' };
}

describe('a client that leaves', () => {
  it('is noticed as by node:http', { timeout: 30_000 }, async (t) => {
    const [node, ours] = [await startNodeLeaver(), await startOurLeaver()];
    t.after(() => Promise.all([node.stop(), ours.stop()]));
    t.diagnostic(`${'the client'.padEnd(36)} | node:http, told | ours, told`);
    const wrong: string[] = [];
    for (const row of ROWS) {
      const [theirs, own] = [await observe(node, row), await observe(ours, row)];
      const [left, right] = [theirs, own].map(({ noticed, told }) => `${noticed.padEnd(8)} ${told}`);
      t.diagnostic(`${row.client.padEnd(36)} | ${left?.padEnd(15)} | ${right}`);
      // Behind more than is read ahead it depends on how much had been taken.
      const expected = row.late ? ['late', 'at once'] : ['at once'];
      if (!expected.includes(own.noticed) || theirs.told !== own.told) wrong.push(`${row.client}: ${right}`);
    }
    assert.deepEqual(wrong, []);
  });
});
