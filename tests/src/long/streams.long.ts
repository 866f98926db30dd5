/**
 * Long bodies and long answers take no memory, and what is cut leaves nothing behind.
 *
 * How it is measured: a server in a process of its own, with a small young generation. While bytes go through, its
 * resident memory is read every 20 ms and compared with what it was before the first of them, after calls of 64 MiB
 * each way. What is cut comes in identical rounds (see `leaks.long.ts`); after each, all calls being gone, everything
 * that can be counted must be as it was. The native heap grows in steps now and then, by a few MiB and for many rounds to
 * come; a leak grows by the same each time. So the growth is the median of three rounds after the first one, and freed
 * memory goes back to the system at once (`HEAP`).
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Stats } from '@bluelibs/runner-native';
import { taskRequest } from '../harness/request';
import { mib, ms, printTable, quantile } from './tools/clients';
import { Helper, residentBytes, until } from './tools/processes';
import { type Counts, cutDownload, cutUpload, download, seeded, upload } from './tools/streams';

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const MOST_ABOVE_IDLE = 48 * MIB;
/** Of each of many: what has been asked for, and what its handler or client has in hands. */
const MOST_EACH = MIB / 2;
/** Of each that was quick: what is on its way then, instead. */
const MOST_EACH_QUICK = 2 * MIB;
const MOST_GROWTH = 4 * MIB;
const SLOW = 4 * MIB;
/** Long enough to fill every buffer on the way many times over. */
const SLOW_BYTES = 24 * MIB;
const CUTS = 1000;
const TOGETHER = 8;
const BODY = MIB / 4;
const SEED = Number(process.env.STREAMS_SEED ?? 5);
const FLAGS = ['--expose-gc', '--max-semi-space-size=1'];
const ROUNDS = 4;
const HEAP = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '16384', MALLOC_TRIM_THRESHOLD_: '65536' };

const give = (bytes: number, bytesPerSecond?: number) =>
  taskRequest('give', { bytes, ...(bytesPerSecond !== undefined && { bytesPerSecond }) });

interface Flow {
  name: string;
  bytes: number;
  /** How many go through at a time, and what each of them may take. */
  together?: number;
  each?: number;
  move: (port: number, bytes: number) => Promise<number>;
}

/** Bytes by so many clients, slow ones after the first that each of them takes. */
async function downloads(count: number, port: number, bytes: number, first: number): Promise<number> {
  const all = Array.from({ length: count }, () => download(port, give(bytes / count), SLOW, first));
  return (await Promise.all(all)).reduce((sum, one) => sum + one, 0);
}

/** The size that a task says it has read. */
const said = (answer: string): number => Number(/"result":(\d+)/.exec(answer)?.[1]);

const FLOWS: readonly Flow[] = [
  { name: 'up', bytes: GIB, move: async (port, bytes) => said(await upload(port, 'size', bytes)) },
  { name: 'down', bytes: GIB, move: (port, bytes) => download(port, give(bytes)) },
  {
    name: 'up, a slow client',
    bytes: SLOW_BYTES,
    move: async (port, bytes) => said(await upload(port, 'size', bytes, SLOW)),
  },
  {
    name: 'up, a slow handler',
    bytes: SLOW_BYTES,
    move: async (port, bytes) =>
      said(await upload(port, 'size.slowly', bytes, undefined, { 'x-bytes-per-second': String(SLOW) })),
  },
  {
    name: 'down, a slow client',
    bytes: SLOW_BYTES,
    move: (port, bytes) => download(port, give(bytes), SLOW),
  },
  {
    name: 'down, a slow source',
    bytes: SLOW_BYTES,
    move: (port, bytes) => download(port, give(bytes, SLOW)),
  },
  {
    name: 'up, 32 slow handlers',
    together: 32,
    bytes: 32 * 8 * MIB,
    move: async (port, bytes) => {
      const each = (): Promise<string> =>
        upload(port, 'size.slowly', bytes / 32, undefined, { 'x-bytes-per-second': String(SLOW) });
      const all = await Promise.all(Array.from({ length: 32 }, each));
      return all.reduce((sum, answer) => sum + said(answer), 0);
    },
  },
  {
    name: 'down, 32 slow clients',
    together: 32,
    bytes: 32 * SLOW_BYTES,
    move: (port, bytes) => downloads(32, port, bytes, 0),
  },
  {
    name: 'down, 32 that grow slow',
    together: 32,
    each: MOST_EACH_QUICK,
    bytes: 32 * 2 * SLOW_BYTES,
    move: (port, bytes) => downloads(32, port, bytes, SLOW_BYTES),
  },
];

const flows: Record<string, string | number>[] = [];
const cuts: Record<string, string | number>[] = [];
after(() => {
  printTable('Bytes that go through one server (MiB)', flows);
  printTable(`${ROUNDS} rounds of ${CUTS} calls that are cut (MiB), seed ${SEED}`, cuts);
});

for (const { name, bytes, together = 0, each = MOST_EACH, move } of FLOWS) {
  test(`${name}: memory stays flat`, { timeout: 300_000 }, async (t) => {
    const server = Helper.start(t, 'streams', [], FLAGS);
    const port = await server.ask<number>('listen');
    // What the work needs once, it has now.
    assert.equal(said(await upload(port, 'size', 64 * MIB)), 64 * MIB);
    assert.equal(await download(port, give(64 * MIB)), 64 * MIB);
    const idle = await server.ask<number>('resident');

    let peak = idle;
    const samples: number[] = [];
    const timer = setInterval(() => {
      const now = residentBytes(server.pid);
      samples.push(now);
      peak = Math.max(peak, now);
    }, 20);
    t.after(() => clearInterval(timer));
    const begun = performance.now();
    assert.equal(await move(port, bytes), bytes);
    const seconds = (performance.now() - begun) / 1000;
    clearInterval(timer);
    const half = samples.length >> 1;
    flows.push({
      what: name,
      moved: mib(bytes),
      seconds: seconds.toFixed(1),
      'MiB/s': mib(bytes / seconds),
      idle: mib(idle),
      'peak of the first half': mib(Math.max(...samples.slice(0, half), idle)),
      'of the second': mib(Math.max(...samples.slice(half), idle)),
      'above idle': mib(peak - idle),
      after: mib(await server.ask<number>('resident')),
    });
    assert.equal((await server.ask<Stats>('stats')).inFlight, 0);
    const most = MOST_ABOVE_IDLE + together * each;
    assert.ok(peak - idle < most, `${mib(peak - idle)} MiB above idle`);
  });
}

type Cut = (port: number, random: () => number) => Promise<void>;

const KINDS: Record<string, Cut> = {
  'uploads, anywhere': (port, random) => cutUpload(port, 'count.up', BODY, random()),
  'uploads, in the first bytes': (port, random) => cutUpload(port, 'count.up', BODY, random() / 1000),
  'uploads, a stream returned too late': (port, random) => cutUpload(port, 'count.late', BODY, random()),
  'downloads, anywhere': (port, random) =>
    cutDownload(port, 'count.down', Math.floor(random() * BODY * 2), random() < 0.5),
  'downloads, in the first bytes': (port, random) =>
    cutDownload(port, 'count.down', Math.floor(random() * 2000), random() < 0.5),
};

for (const [name, cut] of Object.entries(KINDS)) {
  test(`cut ${name}: nothing is left`, { timeout: 120_000 }, async (t) => {
    Object.assign(process.env, HEAP);
    const server = Helper.start(t, 'streams', [], FLAGS);
    for (const name of Object.keys(HEAP)) delete process.env[name];
    const port = await server.ask<number>('listen');
    const settled = async (): Promise<Counts> => {
      let last: unknown;
      const look = async (): Promise<Counts | undefined> => {
        const stats = await server.ask<Stats>('stats');
        const counts = await server.ask<Counts>('counts');
        last = { counts, stats };
        const { begun, aborted, opened, closed, alive } = counts;
        const { inFlight, queued, connections } = stats;
        const isOver = inFlight + queued + connections + alive === 0;
        return isOver && counts.settled === begun && aborted === begun && closed === opened
          ? counts
          : undefined;
      };
      try {
        return (await until('everything is over', 10_000, look)) as Counts;
      } catch (error) {
        throw new Error(`${(error as Error).message}: ${JSON.stringify(last)}`);
      }
    };

    const start = await server.ask<{ fds: number; threads: number }>('possessions');
    const resident: number[] = [await server.ask<number>('resident')];
    const begun = performance.now();
    const counts: Counts[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const random = seeded(SEED);
      for (let done = 0; done < CUTS; done += TOGETHER) {
        await Promise.all(Array.from({ length: TOGETHER }, () => cut(port, random)));
      }
      counts.push(await settled());
      resident.push(await server.ask<number>('resident'));
    }
    const growths = resident.slice(2).map((bytes, at) => bytes - (resident[at + 1] ?? 0));
    const growth = quantile(
      [...growths].sort((a, b) => a - b),
      0.5,
    );
    const last = counts.at(-1) as Counts;
    const end = await server.ask<{ fds: number; threads: number }>('possessions');
    cuts.push({
      cut: name,
      handlers: last.begun,
      'signals fired': last.aborted,
      sources: last.opened,
      closed: last.closed,
      'fds before': start.fds,
      'fds after': end.fds,
      'fresh, and after each': resident.map(mib).join(' '),
      'median growth': (growth / MIB).toFixed(2),
      ms: ms(performance.now() - begun),
    });
    assert.deepEqual(end, start, 'descriptors and threads are back');
    assert.ok(last.begun > 0);
    assert.ok(growth < MOST_GROWTH, `grew by ${growths.map(mib).join(', ')} MiB`);
    // The server goes on.
    assert.equal(said(await upload(port, 'size', MIB)), MIB);
  });
}
