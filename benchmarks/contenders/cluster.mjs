/** Node's `cluster`: as many workers as the second argument says, each with stock `nodeExposure`, on one port. */
import cluster from 'node:cluster';
import { once } from 'node:events';
import { announce, onTerminate } from './child.mjs';
import { runner, serve } from './runner-app.mjs';

if (cluster.isPrimary) start(Number(process.argv[3]));
else await serve(runner.nodeExposure);

/** @param {number} count */
function start(count) {
  // What workers announce is not for the benchmark: it is ready when all of them are.
  cluster.setupPrimary({ stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const workers = Array.from({ length: count }, () => cluster.fork());
  let listening = 0;
  cluster.on('listening', (_, { port }) => {
    listening += 1;
    if (listening === count) announce(port); // With port 0 all of them get the same one.
  });
  const lost = () => {
    process.stderr.write('a worker has ended\n');
    process.exit(1);
  };
  cluster.on('exit', lost);
  onTerminate(async () => {
    cluster.off('exit', lost);
    const running = workers.filter((worker) => !worker.isDead());
    for (const worker of running) worker.process.kill('SIGTERM');
    await Promise.all(running.map((worker) => once(worker, 'exit')));
  });
}
