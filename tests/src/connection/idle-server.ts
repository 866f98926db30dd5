/** The process that `idle.ts` looks at: one server of the kind that the argument names, with one task. */
import { createServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { globals, nodeExposure, r, run } from '@bluelibs/runner/node';
import { TunnelServer } from '@bluelibs/runner-native';

const token = 'idle';
/** Nobody is to be cut for being idle; a silent connection to ours is, and tells the time. */
const [KEEP_MS, SILENT_MS] = [600_000, 1_000];
const ID = 'app.tasks.add';
const add = async ({ a, b }: { a: number; b: number }): Promise<number> => a + b;

const servers: Record<string, () => Promise<number>> = {
  async ours() {
    const timeouts = { keepAliveMs: KEEP_MS, headMs: SILENT_MS };
    const server = new TunnelServer({ port: 0, auth: { token }, timeouts });
    server.registerTask(ID, add);
    return (await server.listen()).port;
  },

  'node:http': () => {
    const server = createServer({ keepAliveTimeout: KEEP_MS }, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', async () => {
        const result = await add(JSON.parse(Buffer.concat(chunks).toString()).input);
        const text = JSON.stringify({ ok: true, result });
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length });
        response.end(text);
      });
    });
    return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(portOf(server))));
  },

  async nodeExposure() {
    const task = r.task(ID).run(add).build();
    const tunnel = r
      .resource('app.tunnel')
      .tags([globals.tags.tunnel])
      .init(async () => ({ mode: 'server' as const, transport: 'http' as const, tasks: [task.id] }))
      .build();
    const exposure = nodeExposure.with({
      http: { basePath: '/__runner', listen: { host: '127.0.0.1', port: 0 }, auth: { token } },
    });
    const app = r.resource('app').register([task, tunnel, exposure]).build();
    const runtime = await run(app, { logs: { printThreshold: null }, shutdownHooks: false });
    const { server } = await runtime.getResourceValue(nodeExposure);
    if (server == null) throw new Error('nodeExposure has no server');
    server.keepAliveTimeout = KEEP_MS;
    return portOf(server);
  },
};

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

// Garbage is no cost of a connection.
process.on('message', () => {
  for (let round = 0; round < 3; round++) globalThis.gc?.();
  process.send?.('collected');
});
process.on('disconnect', () => process.exit());
void servers[process.argv[2] as string]?.().then((port) => process.send?.(port));
