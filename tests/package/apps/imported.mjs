// The same as an ES module. The Runner's own ESM build does not load in Node: it is required.
import { createRequire } from 'node:module';
import { nativeExposure } from '@bluelibs/runner-native';

const require = createRequire(import.meta.url);
const { createHttpClient, globals, r, run, Serializer } = require('@bluelibs/runner/node');

const add = r
  .task('app.tasks.add')
  .run(async ({ a, b }) => a + b)
  .build();
const tunnel = r
  .resource('app.tunnel')
  .tags([globals.tags.tunnel])
  .init(async () => ({ mode: 'server', transport: 'http', tasks: [add] }))
  .build();
const exposure = nativeExposure.with({ http: { listen: { port: 0 }, auth: { token: 'secret' } } });
const app = r.resource('app').register([add, tunnel, exposure]).build();

const { dispose, getResourceValue } = await run(app, { logs: { printThreshold: 'warn' } });
const { basePath, server } = await getResourceValue(nativeExposure);
const baseUrl = `http://127.0.0.1:${server.address().port}${basePath}`;
const client = createHttpClient({ baseUrl, auth: { token: 'secret' }, serializer: new Serializer() });
console.log(`5 + 3 = ${await client.task('app.tasks.add', { a: 5, b: 3 })}`);
await dispose();
