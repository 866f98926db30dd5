/** Bun.serve, with a route that Bun itself finds. Run by Bun. */
import { announce, KEEP_ALIVE_MS, onTerminate } from '../contenders/child.mjs';
import { failure, PATH, respond } from './work.mjs';

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  idleTimeout: KEEP_ALIVE_MS / 1000,
  routes: { [PATH]: { POST: respond } },
  fetch: () => failure(404, 'Not Found'),
});

announce(server.port);
onTerminate(() => server.stop(true));
