/** The work of `bench streams` by hand on `node:http`: token, one route for each transfer, and nothing else. */
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { source, tally } from '../streams/payload.mjs';
import { SUMMED } from '../streams/requests.mjs';
import { answer } from './answer.mjs';
import { announce, onTerminate, token } from './child.mjs';
import { MULTIPART_LIMITS } from './limits.mjs';

const require = createRequire(import.meta.url);

/** @typedef {import('node:http').IncomingMessage} Incoming */
/** @typedef {import('node:http').ServerResponse} Response */

/** @type {Record<string, (request: Incoming, response: Response) => Promise<void> | void>} */
const ROUTES = {
  async octets(request, response) {
    answer(response, 200, { ok: true, result: await tally(request, SUMMED in request.headers) });
  },
  async multipart(request, response) {
    answer(response, 200, { ok: true, result: await file(request) });
  },
  async download(request, response) {
    const { input } = JSON.parse(Buffer.concat(await request.toArray()).toString());
    send(response, source(input.bytes));
  },
  echo: (request, response) => send(response, request),
};

/** What multipart takes by hand: the same parser as the stock exposure has. @param {Incoming} request */
function file(request) {
  const busboy = require('busboy')({ headers: request.headers, limits: MULTIPART_LIMITS });
  return new Promise((resolve, reject) => {
    let summed = false;
    let tallied;
    busboy.on('field', (_, manifest) => {
      summed = JSON.parse(manifest).input.summed;
    });
    busboy.on('file', (_, stream) => {
      tallied = tally(stream, summed);
    });
    busboy.once('close', () => resolve(tallied));
    busboy.once('error', reject);
    request.pipe(busboy);
  });
}

/** @param {Response} response @param {import('node:stream').Readable} body */
function send(response, body) {
  response.writeHead(200, { 'content-type': 'application/octet-stream' });
  body.pipe(response);
}

const server = createServer(async (request, response) => {
  const route = /^\/__runner\/task\/app\.tasks\.(\w+)$/.exec(request.url)?.[1] ?? '';
  if (request.method !== 'POST' || !Object.hasOwn(ROUTES, route)) {
    return answer(response, 404, { ok: false, error: { message: 'Not Found' } });
  }
  if (request.headers['x-runner-token'] !== token) {
    return answer(response, 401, { ok: false, error: { message: 'Unauthorized' } });
  }
  try {
    await ROUTES[route](request, response);
  } catch (error) {
    const missing = error.code === 'MODULE_NOT_FOUND';
    const message = missing ? error.message.split('\n')[0] : 'Internal Error';
    answer(response, missing ? 501 : 500, { ok: false, error: { message } });
  }
});

server.listen(0, '127.0.0.1', () => announce(server.address().port));
onTerminate(() => server.closeAllConnections());
