/** Two cluster workers want one port; the argument `shared` lets them have it. Prints what the second one got. */
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { TunnelServer } from '@bluelibs/runner-native';

/** What a worker tells the primary. */
type Told = { port: number } | { error: { code: string; message: string } };

const { TEST_PORT = '0' } = process.env;
const reusePort = process.argv[2] === 'shared';

async function worker(): Promise<void> {
  const server = new TunnelServer({ port: Number(TEST_PORT), reusePort });
  let told: Told;
  try {
    told = { port: (await server.listen()).port };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    told = { error: { code: code ?? '', message } };
  }
  process.send?.(told);
  await once(process, 'message');
  await server.close();
  process.disconnect();
}

async function fork(port: number): Promise<[Worker, Told]> {
  const forked = cluster.fork({ TEST_PORT: String(port) });
  const [told] = (await once(forked, 'message')) as [Told];
  return [forked, told];
}

async function primary(): Promise<void> {
  const [first, one] = await fork(0);
  const port = 'port' in one ? one.port : 0;
  const [second, two] = await fork(port);
  console.log(JSON.stringify('error' in two ? two : { same: two.port === port }));
  for (const each of [first, second]) each.send('leave');
}

void (cluster.isPrimary ? primary() : worker());
