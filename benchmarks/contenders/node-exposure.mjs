/**
 * Stock `nodeExposure` of `@bluelibs/runner`, set up as its users do: one task, exposed by a tunnel resource,
 * behind a token. Its log is not printed, as printing is not what is measured.
 */
import { createRequire } from 'node:module';
import { announce, onTerminate, token } from './child.mjs';

// The runner's ESM build does not load in Node (`Dynamic require of "events" is not supported`).
const { globals, nodeExposure, r, run } = createRequire(import.meta.url)('@bluelibs/runner/node');

const add = r
  .task('app.tasks.add')
  .run(async ({ a, b }) => a + b)
  .build();

const tunnel = r
  .resource('app.tunnel')
  .tags([globals.tags.tunnel])
  .init(async () => ({ mode: 'server', transport: 'http', tasks: [add.id] }))
  .build();

const exposure = nodeExposure.with({
  http: { basePath: '/__runner', listen: { host: '127.0.0.1', port: 0 }, auth: { token } },
});

const app = r.resource('app').register([add, tunnel, exposure]).build();
const { dispose, getResourceValue } = await run(app, {
  logs: { printThreshold: null },
  shutdownHooks: false,
});

const handlers = await getResourceValue(nodeExposure);
announce(handlers.server.address().port);
onTerminate(dispose);
