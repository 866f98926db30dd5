/** Worker threads with a server each, some of which are terminated under load. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { TunnelServer } from '@bluelibs/runner-native';
import { RawConnection } from '../../harness/raw';
import { request, taskRequest } from '../../harness/request';
import { answerQuestions, possessions, residentBytes, until } from '../tools/processes';

const THREADS = 4;
const TERMINATED = 2;
const CONNECTIONS = 2;
/** Calls each connection makes at least before threads are terminated, and afterwards where they are not. */
const CALLS = 10;
const BIND_MS = 5_000;

const CALL = request(taskRequest('later', 'x'.repeat(1000)));

/** What one round was like. */
export interface Round {
  answered: number;
  /** Connections that were cut, or told that the server is closing, when their thread was terminated. */
  cut: number;
  rss: number;
  fds: number;
  threads: number;
}

if (isMainThread) answerQuestions({ round });
else void serve();

/** In a thread: serves until it is told to close. */
async function serve(): Promise<void> {
  const server = new TunnelServer({ port: 0, logger: { warn() {}, error() {} } });
  server.registerTask(
    'later',
    (input: unknown) => new Promise((resolve) => setImmediate(() => resolve(input))),
  );
  const { port } = await server.listen();
  parentPort?.once('message', () => void server.close({ graceMs: 0 }));
  parentPort?.postMessage(port);
}

/** Calls all the time; counts. */
class Caller {
  answered = 0;
  private wanted = true;

  private constructor(private readonly connection: RawConnection) {}

  static async open(port: number): Promise<Caller> {
    return new Caller(await RawConnection.open(port));
  }

  /** Resolves when it was stopped: `true`, or cut: `false`. */
  async run(): Promise<boolean> {
    try {
      while (this.wanted) {
        const answer = await this.connection.write(CALL).read();
        // A thread that is being terminated may still say so.
        if (answer.status === 503 && answer.json.error.code === 'CLOSING') return false;
        if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
        this.answered += 1;
      }
      return true;
    } catch (error) {
      if (!/ended the connection/.test((error as Error).message)) throw error;
      return false;
    } finally {
      this.connection.leave();
    }
  }

  stop(): void {
    this.wanted = false;
  }
}

async function round(): Promise<Round> {
  const workers = Array.from({ length: THREADS }, () => new Worker(__filename));
  const ports = await Promise.all(
    workers.map(async (worker) => (await once(worker, 'message'))[0] as number),
  );
  const callers = await Promise.all(
    ports.map((port) => Promise.all(Array.from({ length: CONNECTIONS }, () => Caller.open(port)))),
  );
  const runs = callers.map((some) => some.map((caller) => caller.run()));
  const haveCalled = (some: readonly Caller[], more: number): Promise<unknown> => {
    const goals = some.map(({ answered }) => answered + more);
    return until('calls are answered', 10_000, () =>
      some.every((one, at) => one.answered >= (goals[at] ?? 0)),
    );
  };
  await haveCalled(callers.flat(), CALLS);

  await Promise.all(workers.slice(0, TERMINATED).map((worker) => worker.terminate()));
  const ended = await Promise.all(runs.slice(0, TERMINATED).flat());
  await haveCalled(callers.slice(TERMINATED).flat(), CALLS);
  for (const caller of callers.flat()) caller.stop();
  const stopped = await Promise.all(runs.slice(TERMINATED).flat());
  if (!stopped.every(Boolean)) throw new Error('a caller of a living thread was cut');

  const exits = workers.slice(TERMINATED).map((worker) => once(worker, 'exit'));
  for (const worker of workers.slice(TERMINATED)) worker.postMessage('close');
  for (const [code] of await Promise.all(exits)) {
    if (code !== 0) throw new Error(`a thread ended with ${code}`);
  }
  for (const port of ports) await isFree(port);
  globalThis.gc?.();
  return {
    answered: callers.flat().reduce((sum, { answered }) => sum + answered, 0),
    cut: ended.filter((one) => !one).length,
    rss: residentBytes(),
    ...possessions(),
  };
}

/** Returns once the port can be bound: at the latest when the server's thread has ended. */
async function isFree(port: number): Promise<void> {
  await until(`port ${port} is free`, BIND_MS, async () => {
    const server = createServer();
    server.listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch {
      return false;
    }
    server.close();
    await once(server, 'close');
    return true;
  });
}
