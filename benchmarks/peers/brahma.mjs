/** brahma-firelight: HTTP by hyper in Rust, one call into JavaScript for each request. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import brahma from 'brahma-firelight';
import { announce, onTerminate } from '../contenders/child.mjs';
import { add, isWelcome, PATH } from './work.mjs';

const app = brahma.createApp();

app.post(PATH, async ({ headers, body }, response) => {
  if (!isWelcome(headers['x-runner-token'])) return fail(response, 401, 'Unauthorized');
  let envelope;
  try {
    envelope = JSON.parse(body.toString());
  } catch {
    return fail(response, 400, 'Invalid JSON body');
  }
  try {
    response.json({ ok: true, result: await add(envelope.input) });
  } catch {
    fail(response, 500, 'Internal Error');
  }
});

/** @param {{ json: (body: object, status: number) => void }} response @param {number} status @param {string} message */
function fail(response, status, message) {
  response.json({ ok: false, error: { message } }, status);
}

/** It takes 0 for its own default, 2025. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

// It listens from a thread of its own, and says so by itself; it can answer once the callback is registered, at the end of
// `listen`. Either may be the first.
const port = await freePort();
app.listen('127.0.0.1', port, () => announce(port));
onTerminate(() => app.close(0));
