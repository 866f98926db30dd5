import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import test from 'node:test';
import { json } from '../kinds/json.mjs';
import { WrongAnswer } from '../verify.mjs';
import { Crowd } from './crowd.mjs';

const { add } = json.calls;

/** @param {import('node:http').RequestListener} listener @param {(crowd: Crowd, server: import('node:http').Server) => Promise<void>} use */
async function against(listener, use) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const crowd = new Crowd({ name: 'it', port: server.address().port, token: 't' }, add);
  try {
    await use(crowd, server);
  } finally {
    crowd.leave();
    server.closeAllConnections();
    server.close();
  }
}

test('as many connections stay open as were asked for, each of which was served', async () => {
  let served = 0;
  const serve = async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    assert.deepEqual([body, request.headers['x-runner-token']], [add.request.body, 't']);
    served += 1;
    response.end(add.answer.body);
  };
  await against(serve, async (crowd, server) => {
    await crowd.grow(30);
    await crowd.grow(75);
    assert.deepEqual([served, crowd.open], [105, 105]);
    assert.equal(await new Promise((resolve) => server.getConnections((_, count) => resolve(count))), 105);
    crowd.leave();
    assert.equal(crowd.open, 0);
  });
});

test('a wrong answer, and none, is told', async () => {
  await against(
    (_, response) => response.writeHead(500).end(add.answer.body),
    (crowd) => assert.rejects(crowd.grow(1), WrongAnswer),
  );
  await against(
    (request) => request.socket.destroy(),
    (crowd) => assert.rejects(crowd.grow(1), /it closes a connection/),
  );
});
