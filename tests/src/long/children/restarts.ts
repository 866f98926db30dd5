/** Starts and stops servers in this process. */
import { TunnelServer } from '@bluelibs/runner-native';
import { RawConnection } from '../../harness/raw';
import { request, taskRequest } from '../../harness/request';
import { answerQuestions, possessions, residentBytes, until } from '../tools/processes';

/** What a process has. */
export interface Holdings {
  rss: number;
  heap: number;
  external: number;
  fds: number;
  threads: number;
  /** What keeps the process alive. */
  resources: number;
}

/** Large enough that a server which keeps its buffers after its end can be seen to. */
const INPUT = 'x'.repeat(50_000);
const CALL = request(taskRequest('size', INPUT));

answerQuestions({
  async round(count: number): Promise<Holdings> {
    for (let at = 0; at < count; at++) await startAndStop(at);
    return holdings();
  },
  holdings,
});

/** One server's life: a call, and connections that are idle, silent or in a call when it is closed. */
async function startAndStop(at: number): Promise<void> {
  const server = new TunnelServer({ port: 0, logger: { warn() {}, error() {} }, ioThreads: 1 + (at % 2) });
  let started = (): void => {};
  const inCall = new Promise<void>((resolve) => {
    started = resolve;
  });
  server
    .registerTask('size', (input: string) => input.length)
    .registerTask('never', () => {
      started();
      return new Promise(() => {});
    });
  const { port } = await server.listen();
  const open = await Promise.all(Array.from({ length: 3 }, () => RawConnection.open(port)));
  const [idle, silent, busy] = open as [RawConnection, RawConnection, RawConnection];
  const answer = await idle.write(CALL).read();
  if (answer.json.result !== INPUT.length) throw new Error(answer.text);
  if (at % 4 === 0) {
    busy.write(request(taskRequest('never')));
    await inCall;
  }
  await server.close({ graceMs: 0 });
  await Promise.all([idle.closed, silent.closed, busy.closed]);
  for (const connection of open) connection.leave();
}

/**
 * What is left when everything was collected that can be. Threads that have ended stay listed for a moment, and sockets
 * are closed in a later turn of the loop.
 */
async function holdings(): Promise<Holdings> {
  for (let turn = 0; turn < 10; turn++) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const resources = (): number =>
    process.getActiveResourcesInfo().filter((name) => name !== 'Timeout').length;
  let seen = '';
  await until('the number of threads and descriptors is steady', 5_000, () => {
    const before = seen;
    seen = JSON.stringify([possessions(), resources()]);
    return seen === before;
  });
  const { heapUsed, external } = process.memoryUsage();
  return { rss: residentBytes(), heap: heapUsed, external, resources: resources(), ...possessions() };
}
