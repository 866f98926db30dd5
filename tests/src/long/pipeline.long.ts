/** Pipelining: many calls without waiting, cut anywhere into writes; the answers come in order, each the right one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Stats } from '@bluelibs/runner-native';
import { RawConnection, type RawResponse } from '../harness/raw';
import { request, taskRequest } from '../harness/request';
import { mib, ms, printTable } from './tools/clients';
import { Helper, residentBytes, until } from './tools/processes';

const CONNECTIONS = 200;
const BURSTS = 50;
const MOST_CALLS = 32;
/** Connections at work at the same time. */
const AT_ONCE = 50;
const { LONG_SEED = '20261120' } = process.env;
const SEED = Number(LONG_SEED);

/** Numbers that look random and are the same for the same seed, so that a failure can be repeated. */
class Random {
  constructor(private state: number) {
    this.state = state >>> 0;
  }

  /** From 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor(this.unit() * limit);
  }

  /** A step of a Weyl sequence, scrambled: from 0 to below 1. */
  private unit(): number {
    this.state = (this.state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  }
}

/** One call of a burst, and what its answer has to be. */
interface Call {
  kind: string;
  bytes: Buffer;
  check(answer: RawResponse): void;
}

/** What was done so far. */
interface Tally {
  calls: Record<string, number>;
  writes: number;
  bytes: number;
}

/** Mostly small, sometimes more than fits into one read, rarely more than is read ahead. */
function someSize(random: Random): number {
  const sort = random.below(100);
  if (sort < 70) return random.below(200);
  if (sort < 97) return random.below(6_000);
  return random.below(100_000);
}

function someCall(random: Random, name: string): Call {
  const text = name.padEnd(name.length + someSize(random), '.');
  const result = (expected: unknown) => (answer: RawResponse) => {
    assert.equal(answer.status, 200);
    assert.ok(answer.json.result === expected, `${name} got ${answer.text.slice(0, 100)}`);
  };
  const refused = (status: number, code: string | undefined) => (answer: RawResponse) => {
    assert.deepEqual([answer.status, answer.json.error.code], [status, code], name);
  };
  const task = (kind: string, id: string, input: unknown, check: Call['check']): Call => {
    // The id that comes back tells whose answer it is, whatever kind it is of.
    const bytes = request(taskRequest(id, input, { 'x-runner-request-id': name }));
    const checkAll = (answer: RawResponse): void => {
      assert.equal(answer.header('x-runner-request-id'), name);
      check(answer);
    };
    return { kind, bytes, check: checkAll };
  };
  switch (random.below(8)) {
    case 0:
      return task('unknown task', 'missing', text, refused(404, 'NOT_FOUND'));
    case 1:
      return task('TunnelError', 'refuse', text, (answer) => {
        assert.equal(answer.status, 422);
        assert.ok(answer.json.error.data === text, name);
      });
    case 2:
      return task('error', 'fail', text, refused(500, 'INTERNAL_ERROR'));
    case 3:
    case 4:
      return task('asynchronous', 'later', text, result(text));
    case 5:
      return task('size only', 'size', text, result(text.length));
    default:
      return task('echo', 'echo', text, result(text));
  }
}

/** Writes all of it, in pieces that end anywhere; between some of them the loop turns. */
async function writeInPieces(connection: RawConnection, all: Buffer, random: Random): Promise<number> {
  let writes = 0;
  const most = random.below(4) === 0 ? 40 : 1 + random.below(all.length);
  for (let at = 0; at < all.length; writes++) {
    const end = writes > 200 ? all.length : at + 1 + random.below(most);
    connection.write(all.subarray(at, end));
    at = end;
    if (random.below(2) === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return writes;
}

async function useConnection(port: number, index: number, tally: Tally): Promise<void> {
  const random = new Random(SEED + index);
  const connection = await RawConnection.open(port);
  try {
    for (let burst = 0; burst < BURSTS; burst++) {
      const length = 1 + random.below(MOST_CALLS);
      const calls = Array.from({ length }, (_, call) => someCall(random, `c${index}-b${burst}-n${call}-`));
      const all = Buffer.concat(calls.map(({ bytes }) => bytes));
      const answers = calls.map(async (call) => {
        call.check(await connection.read());
        tally.calls[call.kind] = (tally.calls[call.kind] ?? 0) + 1;
      });
      const [writes] = await Promise.all([writeInPieces(connection, all, random), ...answers]);
      tally.writes += writes;
      tally.bytes += all.length;
    }
  } catch (error) {
    throw new Error(`LONG_SEED=${SEED}, connection ${index}`, { cause: error });
  } finally {
    connection.leave();
  }
}

test('pipelined calls are answered in order', { timeout: 180_000 }, async (t) => {
  const server = Helper.start(t, 'server');
  const port = await server.ask<number>('listen');
  const tally: Tally = { calls: {}, writes: 0, bytes: 0 };
  const begun = performance.now();
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < CONNECTIONS) await useConnection(port, next++, tally);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const took = performance.now() - begun;
  const calls = Object.values(tally.calls).reduce((sum, count) => sum + count, 0);

  printTable(`${CONNECTIONS} connections, ${BURSTS} bursts each, LONG_SEED=${SEED}`, [
    ...Object.entries(tally.calls).map(([kind, count]) => ({ kind, calls: count })),
    { kind: 'all', calls },
  ]);
  console.log(
    `${tally.writes} writes, ${mib(tally.bytes)} MiB sent in ${ms(took)} ms; ` +
      `server RSS ${mib(residentBytes(server.pid))} MiB\n`,
  );
  const idle = async (): Promise<boolean> => (await server.ask<Stats>('stats')).connections === 0;
  await until('the server has noticed that they left', 5_000, idle);
  assert.equal((await server.ask<Stats>('stats')).inFlight, 0);
});
