/** Fronts with workers that run `children/crew.ts`. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { until } from '../long/tools/processes';
import { RawConnection } from './raw';
import { request, taskRequest } from './request';
import { runs, Supervised } from './supervised';

export const ID = 'x-runner-request-id';
const GONE_MS = 5_000;

/** The process of the worker that last said that it will say no more. */
export function silentOne({ printed }: Supervised): number {
  const [line] = printed.filter(({ text }) => text.includes('is silent')).slice(-1);
  return Number(line?.text.split(' ').at(-1));
}

export function start(t: TestContext, args: readonly string[], env: Record<string, string> = {}): Supervised {
  return Supervised.start(t, { app: 'children/crew.js', args, env });
}

export async function started(t: TestContext, workers: number, args: readonly string[] = []) {
  const front = start(t, ['--workers', String(workers), ...args]);
  const port = await front.port();
  const pids = await front.ready(workers);
  return { front, port, pids };
}

/** Starts a call over a connection of its own, and gives which worker it runs in. */
export async function held(
  t: TestContext,
  front: Supervised,
  port: number,
  id: string,
  input: unknown,
  headers = {},
) {
  const connection = await RawConnection.open(port);
  t.after(() => connection.leave());
  const from = front.printed.length;
  connection.write(request(taskRequest(id, input, headers)));
  const pattern = /^\[worker \d+\] (?:started|pauses|blocks) .*?(\d+)$/;
  const line = await front.line(pattern, { among: front.printed, from });
  return { connection, pid: Number(pattern.exec(line.text)?.[1]) };
}

export const gone = (pid: number): Promise<unknown> => until(`${pid} is gone`, GONE_MS, () => !runs(pid));

/** Until the front knows: calls before that may still be given to the worker. */
export const noticed = (front: Supervised, pid: number): Promise<unknown> =>
  front.line(new RegExp(`^rust-tunnel: worker \\d+ \\(pid ${pid}\\) is gone `));

export async function ends(front: Supervised, pids: readonly number[]): Promise<void> {
  assert.equal(await front.stop(), 'code 0');
  assert.deepEqual([...pids, ...front.seen].filter(runs), []);
  assert.deepEqual(front.files(), []);
}

/** A name for a file in a folder of its own. */
export function place(t: TestContext, name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'crew-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, name);
}
