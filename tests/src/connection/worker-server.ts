/** A worker thread with a server of its own; what `workerData` names happens to it. */
import { parentPort, workerData } from 'node:worker_threads';
import { TunnelServer } from '@bluelibs/runner-native';

const server = new TunnelServer({ port: 0, logger: { warn() {}, error() {} } });

server
  .registerTask('echo', (input: unknown) => input)
  .registerTask('never', () => {
    parentPort?.postMessage('started');
    return new Promise(() => {});
  })
  .registerTask('exit', () => process.exit(workerData));

void server.listen().then(({ port }) => parentPort?.postMessage(port));
parentPort?.once('message', () => server.close());
