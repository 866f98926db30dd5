/**
 * A server written by hand on `node:http`, for this one task and nothing else: token, JSON in, handler, JSON
 * out. What Node can do when nothing general stands between the socket and the handler.
 */
import { createServer } from 'node:http';
import { answer } from './answer.mjs';
import { announce, onTerminate, token } from './child.mjs';

const PATH = '/__runner/task/app.tasks.add';

/** @param {{ a: number, b: number }} input */
async function add({ a, b }) {
  return a + b;
}

/** @param {import('node:http').ServerResponse} response @param {Buffer} body */
async function run(response, body) {
  let envelope;
  try {
    envelope = JSON.parse(body.toString());
  } catch {
    return answer(response, 400, { ok: false, error: { message: 'Invalid JSON body' } });
  }
  try {
    answer(response, 200, { ok: true, result: await add(envelope.input) });
  } catch {
    answer(response, 500, { ok: false, error: { message: 'Internal Error' } });
  }
}

const server = createServer((request, response) => {
  if (request.method !== 'POST' || request.url !== PATH) {
    return answer(response, 404, { ok: false, error: { message: 'Not Found' } });
  }
  if (request.headers['x-runner-token'] !== token) {
    return answer(response, 401, { ok: false, error: { message: 'Unauthorized' } });
  }
  /** @type {Buffer[]} */
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => run(response, chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
});

server.listen(0, '127.0.0.1', () => announce(server.address().port));
onTerminate(() => server.closeAllConnections());
