import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import test from 'node:test';
import { json } from '../kinds/json.mjs';
import { WrongAnswer } from '../verify.mjs';
import { callTimes } from './client.mjs';

const { add } = json.calls;
const LOAD = { connections: 5, calls: 203 };

/** @param {import('node:http').RequestListener} listener @param {(port: number) => Promise<unknown>} use */
async function against(listener, use) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use(server.address().port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const call = (/** @type {number} */ port) => callTimes({ name: 'it', port, token: 't' }, add, LOAD);

test('as many calls are made as are wanted, on as many connections', async () => {
  const sockets = new Set();
  let served = 0;
  const serve = async (request, response) => {
    assert.equal(Buffer.concat(await request.toArray()).toString(), add.request.body);
    sockets.add(request.socket);
    served += 1;
    response.end(add.answer.body);
  };
  await against(serve, call);
  assert.deepEqual([served, sockets.size], [203, 5]);
});

test('a wrong status, a wrong length and no answer are told', async () => {
  const wrongStatus = (_, response) => response.writeHead(201).end(add.answer.body);
  const wrongLength = (_, response) => response.end(`${add.answer.body} `);
  const none = (request) => request.socket.destroy();
  await against(wrongStatus, (port) => assert.rejects(call(port), WrongAnswer));
  await against(wrongLength, (port) => assert.rejects(call(port), WrongAnswer));
  await against(none, (port) => assert.rejects(call(port)));
});
