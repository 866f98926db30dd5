/**
 * A Runner application as its users write it: tasks that are exposed by a tunnel resource, behind a token. The first
 * argument is how many, one that adds and stands last among others, or `streams` for those that move large bodies,
 * `payload` for those with large JSON, or `workers` for those that make some work for workers. Its log is not printed, as
 * printing is not what is measured.
 */
import { createRequire } from 'node:module';
import { announce, KEEP_ALIVE_MS, onTerminate, token } from './child.mjs';
import { MULTIPART_LIMITS } from './limits.mjs';

// The runner's ESM build does not load in Node (`Dynamic require of "events" is not supported`).
export const runner = createRequire(import.meta.url)('@bluelibs/runner/node');

const { globals, r, run } = runner;

/** Serves the application through `exposure`, the stock resource or one that stands in for it. */
export async function serve(exposure, what = process.argv[2] ?? '1') {
  const tasks = await tasksFor(what);
  const tunnel = r
    .resource('app.tunnel')
    .tags([globals.tags.tunnel])
    .init(async () => ({ mode: 'server', transport: 'http', tasks: tasks.map(({ id }) => id) }))
    .build();
  const configured = exposure.with({
    http: {
      basePath: '/__runner',
      listen: { host: '127.0.0.1', port: 0 },
      auth: { token },
      limits: { multipart: MULTIPART_LIMITS },
    },
  });
  const app = r
    .resource('app')
    .register([...tasks, tunnel, configured])
    .build();
  const { dispose, getResourceValue } = await run(app, {
    logs: { printThreshold: null },
    shutdownHooks: false,
  });
  const { server } = await getResourceValue(exposure);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  announce(server.address().port);
  onTerminate(dispose);
}

/** Only what is needed is loaded, as how long a start takes is measured too. @param {string} what */
async function tasksFor(what) {
  switch (what) {
    case 'streams':
      return (await import('./stream-tasks.mjs')).streamTasks(runner);
    case 'payload':
      return (await import('./payload-tasks.mjs')).payloadTasks(runner);
    case 'workers':
      return (await import('./worker-tasks.mjs')).workerTasks(runner);
    default:
      return addingTasks(Number(what));
  }
}

/** @param {number} count */
export function addingTasks(count) {
  const others = Array.from({ length: count - 1 }, (_, index) =>
    r
      .task(`app.tasks.other${index}`)
      .run(async () => index)
      .build(),
  );
  const add = r
    .task('app.tasks.add')
    .run(async ({ a, b }) => a + b)
    .build();
  return [...others, add];
}
