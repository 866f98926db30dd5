/** Uses the package from an ES module, and compares it with what `require` gives. */
import { createRequire } from 'node:module';
import { TunnelError, TunnelServer, type TunnelServerOptions } from '@bluelibs/runner-native';
import { serveWorker, type Tunnel } from '@bluelibs/runner-native/worker';

const require = createRequire(import.meta.url);
const cjs: typeof import('@bluelibs/runner-native') = require('@bluelibs/runner-native');
const cjsWorker: typeof import('@bluelibs/runner-native/worker') = require('@bluelibs/runner-native/worker');

const options: TunnelServerOptions = { port: 0 };
const server = new TunnelServer(options);
const tunnel: Tunnel = server;
tunnel.registerTask('add', ({ a, b }: { a: number; b: number }) => a + b);
const { port } = await server.listen();
const answer = await fetch(`http://127.0.0.1:${port}/__runner/task/add`, {
  method: 'POST',
  body: '{"input":{"a":1,"b":2}}',
});
const { result: sum } = (await answer.json()) as { result: number };
await server.close();
const sameServer = cjs.TunnelServer === TunnelServer;
const sameError = cjs.TunnelError === TunnelError;
const sameWorker = cjsWorker.serveWorker === serveWorker;
console.log(JSON.stringify({ sum, sameServer, sameError, sameWorker }));
