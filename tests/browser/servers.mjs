/** What the browser meets: pages of two origins, and a Runner application of a third one. All on free loopback ports. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';

// The runner's ESM build does not load in Node (`Dynamic require of "events" is not supported`).
const require = createRequire(import.meta.url);
const { globals, r, run, useExposureContext } = require('@bluelibs/runner/node');
const { nativeExposure } = require('@bluelibs/runner-native');

export const TOKEN = 'the token of the page';
/** The page's cookie; a cookie is of a host, whatever the port. */
export const COOKIE = 'session=of-the-page';

/** An empty page. @returns {Promise<{ origin: string, close(): void }>} */
export async function servePage() {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html', 'set-cookie': `${COOKIE}; Path=/` });
    response.end('<!doctype html><title>a page</title><link rel="icon" href="data:,">');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { origin: `http://127.0.0.1:${server.address().port}`, close };
}

/** @param {string} origin The only one that may call. */
export async function serveTasks(origin) {
  let added = 0;
  let goOn = () => {};
  const tasks = Object.entries({
    add: async ({ a, b }) => {
      added += 1;
      return a + b;
    },
    cookie: async () => useExposureContext().headers.cookie ?? null,
    file: async ({ file }) => {
      const { stream } = await file.resolve();
      return { name: file.name, type: file.type, ...(await total(stream)) };
    },
    octets: async () => total(useExposureContext().req),
    // Its second half is sent once the page has called `more`: a page that waits for the end waits for ever.
    halves: async () => {
      const more = new Promise((resolve) => {
        goOn = () => resolve(null);
      });
      return Readable.from(
        (async function* () {
          yield 'first half, ';
          await more;
          yield 'second half';
        })(),
      );
    },
    more: async () => goOn(),
  }).map(([name, work]) => r.task(`app.${name}`).run(work).build());
  const tunnel = r
    .resource('app.tunnel')
    .tags([globals.tags.tunnel])
    .init(async () => ({ mode: 'server', transport: 'http', tasks: tasks.map(({ id }) => id) }))
    .build();
  const exposure = nativeExposure.with({
    http: {
      listen: { port: 0 },
      auth: { token: TOKEN },
      cors: { origin: [origin], credentials: true, exposedHeaders: ['x-runner-request-id'] },
    },
  });
  const app = r
    .resource('app')
    .register([...tasks, tunnel, exposure])
    .build();
  const { dispose, getResourceValue } = await run(app, {
    logs: { printThreshold: null },
    shutdownHooks: false,
  });
  const { server } = await getResourceValue(nativeExposure);
  const url = (/** @type {string} */ task) =>
    `http://127.0.0.1:${server.address().port}/__runner/task/app.${task}`;
  return { url, added: () => added, close: dispose };
}

/** Reads to the end. @param {Readable} stream */
async function total(stream) {
  let [bytes, sum] = [0, 0];
  for await (const chunk of stream) {
    bytes += chunk.length;
    for (const byte of chunk) sum = (sum + byte) % 65_521;
  }
  return { bytes, sum };
}
