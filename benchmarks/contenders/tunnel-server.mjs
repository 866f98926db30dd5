/** `TunnelServer` of `@bluelibs/runner-native`: HTTP in Rust, the same tasks in JavaScript, without the Runner. */
import { createRequire } from 'node:module';
import { announce, KEEP_ALIVE_MS, onTerminate, token } from './child.mjs';

const { TunnelServer } = createRequire(import.meta.url)('@bluelibs/runner-native');

const server = new TunnelServer({ port: 0, auth: { token }, timeouts: { keepAliveMs: KEEP_ALIVE_MS } });
const handlers =
  process.argv[2] === 'payload'
    ? (await import('./payload-tasks.mjs')).payloadHandlers()
    : { add: async ({ a, b }) => a + b };
for (const [name, handler] of Object.entries(handlers)) server.registerTask(`app.tasks.${name}`, handler);

const { port } = await server.listen();
announce(port);
onTerminate(() => server.close({ graceMs: 1000 }));
