/** `TunnelServer` of `@bluelibs/runner-native`: HTTP in Rust, the same task in JavaScript. */
import { createRequire } from 'node:module';
import { announce, onTerminate, token } from './child.mjs';

const { TunnelServer } = createRequire(import.meta.url)('@bluelibs/runner-native');

const server = new TunnelServer({ port: 0, auth: { token } });
server.registerTask('app.tasks.add', async ({ a, b }) => a + b);

const { port } = await server.listen();
announce(port);
onTerminate(() => server.close({ graceMs: 1000 }));
