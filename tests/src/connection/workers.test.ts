/** Servers in worker threads, and what is left of them when their threads end. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { RawConnection, type RawResponse } from '../harness/raw';
import { callTask, request, taskRequest } from '../harness/request';

const [ROUNDS, WORKERS, TERMINATED] = [10, 4, 2];
/** Calls in flight that will never be answered, per worker. */
const HUNG = 5;
const timeout = 20_000;

interface Serving {
  readonly worker: Worker;
  readonly port: number;
  readonly hung: readonly RawConnection[];
}

async function startWorker(exitCode = 0): Promise<{ worker: Worker; port: number }> {
  const worker = new Worker(join(__dirname, 'worker-server.js'), { workerData: exitCode });
  const [port] = await once(worker, 'message');
  return { worker, port };
}

/** A worker whose server has calls in flight. */
async function startServing(): Promise<Serving> {
  const { worker, port } = await startWorker();
  const hung = await Promise.all(Array.from({ length: HUNG }, () => RawConnection.open(port)));
  for (const connection of hung) {
    connection.write(request(taskRequest('never')));
    await once(worker, 'message');
  }
  return { worker, port, hung };
}

/** How a call ends whose server goes: told so if there was time for it, else cut off. */
async function last(call: Promise<RawResponse>): Promise<'told' | 'cut'> {
  try {
    const { status, json } = await call;
    assert.deepEqual([status, json.error.code], [503, 'CLOSING']);
    return 'told';
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    assert.match((error as Error).message, /the server ended the connection/);
    return 'cut';
  }
}

/** Calls over a connection of its own until the server is gone; gives the number of answers. */
async function load(port: number): Promise<number> {
  const connection = await RawConnection.open(port);
  for (let answers = 0; ; answers++) {
    const call = connection.write(request(taskRequest('echo', answers))).read();
    const answer = await call.catch(() => undefined);
    if (answer?.status !== 200) {
      await last(call);
      await connection.closed;
      connection.leave();
      return answers;
    }
    assert.equal(answer.json.result, answers);
  }
}

/** Nobody listens there any more. */
async function assertFree(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  await once(server.close(), 'close');
}

async function round(seen: Record<'answered' | 'told' | 'cut', number>): Promise<void> {
  const all = await Promise.all(Array.from({ length: WORKERS }, startServing));
  const loads = all.map(({ port }) => load(port));
  const [ending, staying] = [all.slice(0, TERMINATED), all.slice(TERMINATED)];
  // The load is on before the first one ends.
  await Promise.all(all.map(({ port }) => callTask(port, 'echo', 'here')));
  await Promise.all(ending.map(({ worker }) => worker.terminate()));
  for (const { hung } of ending) {
    for (const connection of hung) {
      seen[await last(connection.read())] += 1;
      await connection.closed;
      connection.leave();
    }
  }
  await Promise.all(loads.slice(0, TERMINATED));
  for (const { port } of ending) await assertFree(port);

  for (const { port } of staying) assert.equal((await callTask(port, 'echo', 'still')).json.result, 'still');
  for (const { worker, hung } of staying) {
    const exited = once(worker, 'exit');
    for (const connection of hung) connection.leave();
    await worker.terminate();
    await exited;
  }
  for (const answers of await Promise.all(loads)) seen.answered += answers;
  for (const { port } of staying) await assertFree(port);
}

describe('servers in worker threads', () => {
  it('end with their threads, and leave the others alone', { timeout }, async (t) => {
    const seen = { answered: 0, told: 0, cut: 0 };
    for (let at = 0; at < ROUNDS; at++) await round(seen);
    const counts = Object.entries(seen).map(([what, count]) => `${count} calls ${what}`);
    t.diagnostic(`${ROUNDS} rounds, ${TERMINATED} of ${WORKERS} terminated in each: ${counts.join(', ')}`);
    assert.ok(seen.answered > 0);
    assert.equal(seen.told + seen.cut, ROUNDS * TERMINATED * HUNG);
  });

  it('end when their thread calls process.exit()', { timeout }, async () => {
    for (const code of [0, 3]) {
      const { worker, port } = await startWorker(code);
      const exited = once(worker, 'exit');
      const bystander = await RawConnection.open(port);
      await bystander.write(request(taskRequest('echo', 1))).read();
      await last(callTask(port, 'exit'));
      assert.deepEqual(await exited, [code]);
      await bystander.closed;
      bystander.leave();
      await assertFree(port);
    }
  });

  it('let their thread end by itself when they are closed', { timeout }, async () => {
    const { worker, port } = await startWorker();
    const exited = once(worker, 'exit');
    const idle = await RawConnection.open(port);
    await idle.write(request(taskRequest('echo', 1))).read();
    worker.postMessage('close');
    assert.deepEqual(await exited, [0]);
    await idle.closed;
    idle.leave();
    await assertFree(port);
  });

  for (const [way, expected] of [
    ['exit', 7],
    ['throw', 1],
    ['unref', 0],
  ] as const) {
    it(`end with the process: ${way}`, { timeout }, async (t) => {
      const { NODE_TEST_CONTEXT: _, ...env } = process.env;
      const child = spawn(process.execPath, [join(__dirname, 'main-exits.js'), way], { env });
      t.after(() => child.kill('SIGKILL'));
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
      });
      const [code, signal] = await once(child, 'close');
      assert.deepEqual({ code, signal }, { code: expected, signal: null }, stderr);
      if (way === 'throw') assert.match(stderr, /Error: expected/);
      else assert.equal(stderr, '');
    });
  }
});
