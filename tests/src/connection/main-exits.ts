/** A process that ends, as its argument says, while a server in a worker thread has calls in flight. */
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { RawConnection } from '../harness/raw';
import { request, taskRequest } from '../harness/request';

async function main(way: string | undefined): Promise<void> {
  const thread = new Worker(join(__dirname, 'worker-server.js'), { workerData: 0 });
  const [port] = await once(thread, 'message');
  const client = await RawConnection.open(port);
  client.write(request(taskRequest('never')));
  await once(thread, 'message');
  if (way === 'exit') process.exit(7);
  if (way === 'throw') throw new Error('expected');
  // A call whose client has left keeps the process no more than its server does.
  client.leave();
  thread.unref();
}

void main(process.argv[2]);
