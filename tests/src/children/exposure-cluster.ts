/** Two cluster workers serve the same Runner application on one port; the primary calls it, then disconnects both. */
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { globals, r, run } from '@bluelibs/runner/node';
import { nativeExposure } from '@bluelibs/runner-native';

async function worker(): Promise<void> {
  const pid = r
    .task('pid')
    .run(async () => process.pid)
    .build();
  const tunnel = r
    .resource('tunnel')
    .tags([globals.tags.tunnel])
    .init(async () => ({ mode: 'server', transport: 'http', tasks: [pid] }) as never)
    .build();
  const listen = { port: Number(process.env.TEST_PORT) };
  const exposure = nativeExposure.with({ http: { listen, auth: { allowAnonymous: true } } });
  const app = r.resource('app').register([pid, tunnel, exposure]).build();
  await run(app, { logs: { printThreshold: null }, shutdownHooks: false });
  process.send?.('ready');
}

async function forked(port: number): Promise<Worker> {
  const one = cluster.fork({ TEST_PORT: String(port) });
  await once(one, 'message');
  return one;
}

/** Runs the task over a connection of its own. */
async function call(port: number): Promise<number> {
  const path = '/__runner/task/pid';
  const [answer] = await once(request({ port, path, method: 'POST', agent: false }).end(), 'response');
  const chunks: Buffer[] = await answer.toArray();
  return JSON.parse(Buffer.concat(chunks).toString()).result;
}

/** A port that nobody has; port 0 would be another one in each worker. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function primary(): Promise<void> {
  const port = await freePort();
  const workers = [await forked(port), await forked(port)];
  const pids = new Set<number>();
  // The kernel spreads connections by their addresses: enough of them reach both.
  while (pids.size < workers.length) {
    pids.add(await call(port));
  }
  const codes = await Promise.all(
    workers.map(async (one) => {
      one.disconnect();
      const [code] = await once(one, 'exit');
      return code;
    }),
  );
  const known = workers.every((one) => pids.has(one.process.pid ?? 0));
  console.log(JSON.stringify({ known, codes }));
}

cluster.on('exit', (_, code) => {
  if (code !== 0) process.exit(code);
});
// The Runner catches what nobody else does; a test wants to hear of it.
(cluster.isPrimary ? primary() : worker()).catch((error) => {
  console.error(error);
  process.exit(1);
});
