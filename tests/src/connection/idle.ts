/** What an idle keep-alive connection costs a server's process, in resident memory. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RawConnection } from '../harness/raw';
import { request, taskRequest } from '../harness/request';

export const KINDS = ['ours', 'node:http', 'nodeExposure'] as const;
export type Kind = (typeof KINDS)[number];

export interface Idle {
  readonly kind: Kind;
  readonly connections: number;
  /** Of resident memory, on top of what the process had before the first of them. */
  readonly bytesEach: number;
  /** How many of them served a second request after that. */
  readonly servedAgain: number;
}

/** There is no such file elsewhere. */
export const CAN_MEASURE = process.platform === 'linux';

const ADD = request(taskRequest('app.tasks.add', { a: 1, b: 2 }, { 'x-runner-token': 'idle' }));
/** More at a time would measure the memory of a burst. */
const AT_A_TIME = 50;
const WARM_UP = { connections: 8, requests: 12_000 };

/**
 * Opens so many connections, lets each serve a request, and tells what they cost once they are idle.
 *
 * The first few hundred are dearer: they are busy at the same time, and what the allocators of a server of any kind
 * then took they keep. `uncounted` connections that stay open, too, come before those that are counted.
 */
export async function measureIdle(kind: Kind, connections: number, uncounted = 0): Promise<Idle> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = fork(join(__dirname, 'idle-server.js'), [kind], { env, execArgv: ['--expose-gc'] });
  const opened: RawConnection[] = [];
  try {
    const port = (await message(child)) as number;
    await warmUp(port);
    const open = async (total: number): Promise<void> => {
      while (opened.length < total) {
        const count = Math.min(AT_A_TIME, total - opened.length);
        const fresh = await Promise.all(Array.from({ length: count }, () => RawConnection.open(port)));
        opened.push(...fresh);
        await Promise.all(fresh.map(call));
      }
      if (kind === 'ours') await parked(port);
    };
    await open(uncounted);
    const before = await resident(child);
    await open(uncounted + connections);
    const bytesEach = ((await resident(child)) - before) / connections;
    let servedAgain = 0;
    for (const connection of opened.slice(uncounted)) {
      await call(connection);
      servedAgain += 1;
    }
    return { kind, connections, bytesEach, servedAgain };
  } finally {
    for (const connection of opened) connection.leave();
    child.disconnect();
    await once(child, 'exit');
  }
}

async function call(connection: RawConnection): Promise<void> {
  const { status, json } = await connection.write(ADD).read();
  if (status !== 200 || json.result !== 3) throw new Error(`answered ${status}`);
}

/** The heap has grown as far as requests make it grow, and every page of code has been touched. */
async function warmUp(port: number): Promise<void> {
  const share = Array.from({ length: WARM_UP.requests / WARM_UP.connections });
  const one = async (): Promise<void> => {
    const connection = await RawConnection.open(port);
    for (const _ of share) await call(connection);
    connection.leave();
  };
  await Promise.all(Array.from({ length: WARM_UP.connections }, one));
}

/** A silent connection is ended after a time in which all that were answered before it came have been parked. */
export async function parked(port: number): Promise<void> {
  const clock = await RawConnection.open(port);
  await clock.closed;
  clock.leave();
}

async function resident(child: ChildProcess): Promise<number> {
  child.send('collect');
  await message(child);
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

async function message(child: ChildProcess): Promise<unknown> {
  const early = once(child, 'exit').then(([code]) => Promise.reject(new Error(`it ended with ${code}`)));
  early.catch(() => {});
  const [what] = await Promise.race([once(child, 'message'), early]);
  return what;
}
