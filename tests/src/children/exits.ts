/** Ends, or is to end, in the way that the argument names. */
import { Worker } from 'node:worker_threads';
import { TunnelServer } from '@bluelibs/runner-native';

const server = new TunnelServer({ port: 0, logger: { warn() {}, error() {} } });

server
  .registerTask('echo', (input: unknown) => input)
  .registerTask('never', () => new Promise(() => {}))
  .registerTask('close', () => void server.close())
  .registerTask('exit', () => process.exit(7))
  .registerTask('crash', () => {
    setImmediate(() => {
      throw new Error('expected');
    });
    return new Promise(() => {});
  })
  .registerTask('cut', () => {
    setImmediate(() => void server.close({ graceMs: 0 }));
    return new Promise(() => {});
  });

const listen = async (): Promise<void> => {
  const { port } = await server.listen();
  console.log(port);
};

const THREAD = `
  const { TunnelServer } = require('@bluelibs/runner-native');
  const { parentPort } = require('node:worker_threads');
  new TunnelServer(0).listen().then(({ port }) => parentPort.postMessage(port));
`;

const ways: Record<string, () => unknown> = {
  'made only': () => undefined,
  'closed at once': async () => {
    await listen();
    await server.close();
  },
  listening: listen,
  'unref after': async () => {
    await listen();
    server.unref();
  },
  'unref before': () => {
    server.unref();
    return listen();
  },
  'ref again': async () => {
    server.unref();
    await listen();
    server.unref().ref();
  },
  'exit while listening': async () => {
    await listen();
    process.exit(7);
  },
  'thread terminated': () => {
    const thread = new Worker(THREAD, { eval: true });
    thread.once('message', () => void thread.terminate());
  },
  'taken port': async () => {
    const { port } = await server.listen();
    await new TunnelServer(port).listen().catch(() => {});
    await server.close();
  },
};

void ways[process.argv[2] as string]?.();
