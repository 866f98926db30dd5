/**
 * A server written by hand on `node:http`, for the one task that is measured, or for those of `bench payload`: token, JSON
 * in, handler, JSON out. What Node can do when nothing general stands between the socket and the handler.
 */
import { createServer } from 'node:http';
import { answer } from './answer.mjs';
import { announce, KEEP_ALIVE_MS, onTerminate, token } from './child.mjs';

const PREFIX = '/__runner/task/app.tasks.';

/** @type {Record<string, (input: any) => Promise<unknown>>} */
const handlers =
  process.argv[2] === 'payload'
    ? (await import('./payload-tasks.mjs')).payloadHandlers()
    : { add: async ({ a, b }) => a + b };
/** By their whole paths. */
const routes = new Map(Object.entries(handlers).map(([name, handler]) => [PREFIX + name, handler]));

/** @param {import('node:http').ServerResponse} response @param {Buffer} body */
async function run(response, handler, body) {
  let envelope;
  try {
    envelope = JSON.parse(body.toString());
  } catch {
    return answer(response, 400, { ok: false, error: { message: 'Invalid JSON body' } });
  }
  try {
    answer(response, 200, { ok: true, result: await handler(envelope.input) });
  } catch {
    answer(response, 500, { ok: false, error: { message: 'Internal Error' } });
  }
}

const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
  const handler = routes.get(request.url);
  if (request.method !== 'POST' || !handler) {
    return answer(response, 404, { ok: false, error: { message: 'Not Found' } });
  }
  if (request.headers['x-runner-token'] !== token) {
    return answer(response, 401, { ok: false, error: { message: 'Unauthorized' } });
  }
  /** @type {Buffer[]} */
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => run(response, handler, chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
});

server.listen(0, '127.0.0.1', () => announce(server.address().port));
onTerminate(() => server.closeAllConnections());
