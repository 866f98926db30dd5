import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { LoadError } from '../wrk.mjs';
import { NotServed, prepareTransfers, runTransfers } from './generator.mjs';
import { BLOCK, checksum } from './payload.mjs';

const BYTES = 2 * BLOCK.length;

/** What the server does with a request whose body it has read. @type {(response: any, body: Buffer) => void} */
let answer;

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  answer(response, Buffer.concat(chunks));
});

before(async () => {
  await prepareTransfers();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
after(() => server.close());

/** @param {import('../kinds/streams.mjs').Transfer} transfer */
function load(transfer, summed = false) {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return runTransfers({ transfer, token: 'secret', bytes: BYTES, summed, port, connections: 2, count: 3 });
}

const told = (/** @type {object} */ result) => JSON.stringify({ ok: true, result });

test('an upload is right when the server tells what it has read', async () => {
  answer = (response, body) => response.end(told({ bytes: body.length }));
  const { wallMs, cpuMs, seen } = await load('octets');
  assert.ok(wallMs > 0 && cpuMs > 0 && cpuMs <= wallMs + 10, `${cpuMs} ms of CPU in ${wallMs}`);
  assert.equal(seen.length, 3);
  answer = (response) => response.end(told({ bytes: BYTES, sum: checksum(BYTES) }));
  await load('octets', true);
  await assert.rejects(load('octets'), LoadError);
  answer = (response) => response.end(told({ bytes: BYTES, sum: checksum(BYTES) + 1 }));
  await assert.rejects(load('octets', true), LoadError);
});

test('what comes back is compared: always its length and its ends, every byte when it is summed', async () => {
  answer = (response, body) => response.end(body);
  await load('echo');
  await load('echo', true);
  answer = (response, body) => response.end(body.subarray(1));
  await assert.rejects(load('echo'), LoadError);
  answer = (response, body) => response.end(Buffer.concat([body, body]));
  await assert.rejects(load('echo'), /instead of/);
  answer = (response, body) => {
    body[BYTES / 2] ^= 1;
    response.end(body);
  };
  await assert.rejects(load('echo', true), /bytes that differ/);
});

test('who does not serve a transfer is told from who fails', async () => {
  answer = (response) => response.writeHead(415).end('no such thing');
  await assert.rejects(
    load('multipart'),
    (error) => error instanceof NotServed && /415 no such/.test(error.message),
  );
  answer = (response) => response.writeHead(500).end('oh');
  await assert.rejects(load('download'), /answered 500 oh/);
  answer = (response) => response.destroy();
  await assert.rejects(load('download'), LoadError);
});
