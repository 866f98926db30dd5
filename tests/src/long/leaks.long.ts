/**
 * No kind of answer leaves anything behind.
 *
 * How it is measured: a server in a process of its own gets two identical rounds of calls, of one kind only. After each,
 * all connections and calls being gone, garbage is collected with turns of the loop between, and the resident memory is
 * read. The first round brings the heap, the allocators and the JIT to the size that the work needs; what the second adds
 * is a leak, or noise: 200 bytes a call would be 4 MiB.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Stats } from '@bluelibs/runner-native';
import { RawConnection } from '../harness/raw';
import { chunked, type RawRequest, request, taskRequest } from '../harness/request';
import { mib, ms, printTable } from './tools/clients';
import { Helper, until } from './tools/processes';

const MOST_GROWTH = 4 * 2 ** 20;
const CONNECTIONS = 8;
/** Calls that are written together. */
const BURST = 25;
/** Calls that are cut together. */
const CUT = 100;
const TOKEN = { 'x-runner-token': 'secret' };
const OPTIONS = { auth: { token: 'secret' }, limits: { json: { maxSize: 110_000 } } };

type Send = (port: number, server: Helper, count: number) => Promise<void>;

interface Kind {
  name: string;
  calls: number;
  send: Send;
}

const task = (id: string, input?: unknown): RawRequest => taskRequest(id, input, TOKEN);
const large = 'x'.repeat(100_000);

const KINDS: readonly Kind[] = [
  { name: 'empty input', calls: 20_000, send: answered(task('nothing'), 200) },
  { name: 'string', calls: 20_000, send: answered(task('echo', 'a string, é'), 200) },
  { name: 'string, in time', calls: 20_000, send: answered(task('later', 'a string'), 200) },
  { name: '100 KB', calls: 2_000, send: answered(task('echo', large), 200) },
  { name: '100 KB in chunks', calls: 2_000, send: answered(inChunks(task('echo', large)), 200) },
  { name: 'error', calls: 20_000, send: answered(task('fail', 'x'), 500) },
  { name: 'TunnelError', calls: 20_000, send: answered(task('refuse', { why: 'x' }), 422) },
  { name: '404', calls: 20_000, send: answered(task('missing', 'x'), 404) },
  { name: '401', calls: 20_000, send: answered(taskRequest('echo', 'x'), 401) },
  { name: '413', calls: 2_000, send: answered(task('echo', 'x'.repeat(120_000)), 413) },
  { name: 'aborted mid-call', calls: 5_000, send: cut(request(task('obey')), true) },
  {
    name: 'aborted mid-body',
    calls: 5_000,
    send: cut(request(task('echo', large)).subarray(0, 50_000), false),
  },
];

/** Calls that are all answered with the status. */
function answered(wanted: RawRequest, status: number): Send {
  const bytes = request(wanted);
  const burst = Buffer.concat(Array.from({ length: BURST }, () => bytes));
  return async (port, _server, count) => {
    const bursts = count / BURST / CONNECTIONS;
    const one = async (): Promise<void> => {
      const connection = await RawConnection.open(port);
      for (let at = 0; at < bursts; at++) {
        // One by one where a burst would be megabytes.
        const together = bytes.length < 10_000;
        if (together) connection.write(burst);
        for (let call = 0; call < BURST; call++) {
          if (!together) connection.write(bytes);
          assert.equal((await connection.read()).status, status);
        }
      }
      connection.leave();
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, one));
  };
}

/** Calls whose clients leave, half of them politely, when all are under way. */
function cut(bytes: Buffer, reachesHandler: boolean): Send {
  return async (port, server, count) => {
    for (let done = 0; done < count; done += CUT) {
      const connections = await Promise.all(Array.from({ length: CUT }, () => RawConnection.open(port)));
      for (const connection of connections) connection.write(bytes);
      await until('all are under way', 10_000, async () => {
        const stats = await server.ask<Stats>('stats');
        return (reachesHandler ? stats.inFlight : stats.connections) === CUT;
      });
      connections.forEach((connection, at) => {
        if (at % 2 === 0) connection.leave();
        else connection.reset();
      });
      await empty(server);
    }
  };
}

function inChunks({ target, headers, body }: RawRequest): RawRequest {
  const given = { ...(headers as Record<string, string>), 'Transfer-Encoding': 'chunked' };
  return { target, headers: given, body: chunked(...(String(body).match(/.{1,7000}/gs) ?? [])) };
}

/** Resolves when the server has neither calls nor connections. */
async function empty(server: Helper): Promise<void> {
  await until('calls and connections are gone', 10_000, async () => {
    const { inFlight, queued, connections } = await server.ask<Stats>('stats');
    return inFlight + queued + connections === 0;
  });
}

const rows: Record<string, string | number>[] = [];
let begun = 0;
before(() => {
  begun = performance.now();
});
after(() => printTable(`Two rounds of each kind (MiB), ${ms(performance.now() - begun)} ms`, rows));

for (const { name, calls, send } of KINDS) {
  test(`${name}: a second round grows by nothing`, { timeout: 120_000 }, async (t) => {
    const flags = ['--expose-gc', '--max-semi-space-size=1'];
    const server = Helper.start(t, 'server', [JSON.stringify(OPTIONS)], flags);
    const port = await server.ask<number>('listen');
    const resident: number[] = [await server.ask<number>('resident')];
    const start = performance.now();
    for (let round = 0; round < 2; round++) {
      await send(port, server, calls);
      await empty(server);
      resident.push(await server.ask<number>('resident'));
    }
    const [fresh, first, second] = resident as [number, number, number];
    rows.push({
      kind: name,
      'calls each': calls,
      fresh: mib(fresh),
      'after one': mib(first),
      'after two': mib(second),
      growth: ((second - first) / 2 ** 20).toFixed(2),
      'bytes/call': Math.round((second - first) / calls),
      ms: ms(performance.now() - start),
    });
    assert.equal((await server.ask<Stats>('stats')).inFlight, 0);
    assert.ok(second - first < MOST_GROWTH, `grew by ${mib(second - first)} MiB`);
  });
}
