/** Deno.serve, which has no routes of its own. Run by Deno. */
import { announce, onTerminate } from '../contenders/child.mjs';
import { failure, PATH, respond } from './work.mjs';

/** @param {Request} request */
function route(request) {
  if (request.method !== 'POST' || !request.url.endsWith(PATH)) return failure(404, 'Not Found');
  return respond(request);
}

const options = { hostname: '127.0.0.1', port: 0, onListen: ({ port }) => announce(port) };
const server = Deno.serve(options, route);
onTerminate(() => server.shutdown());
