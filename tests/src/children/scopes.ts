/** Checks that every request has an async scope of its own; run on several versions of Node. */
import assert from 'node:assert/strict';
import { AsyncLocalStorage, executionAsyncId } from 'node:async_hooks';
import { TunnelServer } from '@bluelibs/runner-native';
import { RawConnection } from '../harness/raw';
import { request, taskRequest } from '../harness/request';

const storage = new AsyncLocalStorage<string>();
const scopes = new Set<number>();
const server = new TunnelServer({ port: 0, logger: { warn() {}, error() {} } });

/** Enters a client's store, as an authentication step would, and says what was there before. */
function enter(name: string): string {
  const before = storage.getStore() ?? 'nothing';
  scopes.add(executionAsyncId());
  storage.enterWith(name);
  return before;
}

/** Opens when as many calls have come. */
function meeting(size: number): () => Promise<void> {
  let here = 0;
  let open!: () => void;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return () => {
    here += 1;
    if (here === size) open();
    return opened;
  };
}

const CLIENTS = 8;
const meet = meeting(CLIENTS);

server
  .registerTask('sync', (name: string) => [enter(name), storage.getStore()])
  .registerTask('async', async (name: string) => {
    const before = enter(name);
    await null;
    return [before, storage.getStore()];
  })
  .registerTask('later', (name: string) => {
    const before = enter(name);
    return new Promise((resolve) => setImmediate(() => resolve([before, storage.getStore()])));
  })
  // All clients are in their handlers at the same time.
  .registerTask('together', async (name: string) => {
    const before = enter(name);
    await meet();
    return [before, storage.getStore()];
  })
  .registerTask('throws', (name: string) => {
    enter(name);
    throw new Error('expected');
  })
  .registerEvent('event', (name: string) => [enter(name), storage.getStore()]);

async function main(): Promise<void> {
  const { port } = await storage.run('listener', () => server.listen());
  const connections = await Promise.all(Array.from({ length: CLIENTS }, () => RawConnection.open(port)));
  let calls = 0;
  const call = async (client: number, id: string): Promise<void> => {
    const name = `client ${client} ${id} ${calls++}`;
    const connection = connections[client] as RawConnection;
    const answer = await connection.write(request(taskRequest(id, name))).read();
    assert.deepEqual(answer.json, { ok: true, result: ['listener', name] });
  };

  for (const id of ['sync', 'async', 'later']) {
    // One after the other, two clients and then one twice; and all in one batch.
    for (const client of [0, 1, 1, 0]) await call(client, id);
    await Promise.all(connections.map((_, client) => call(client, id)));
  }
  await connections[0]?.write(request(taskRequest('throws', 'client 0'))).read();
  await call(1, 'sync');
  await Promise.all(connections.map((_, client) => call(client, 'together')));

  const body = JSON.stringify({ payload: 'listens', returnPayload: true });
  const answer = await connections[0]?.write(request({ target: '/__runner/event/event', body })).read();
  assert.deepEqual(answer?.json.result, ['listener', 'listens']);

  assert.equal(scopes.size, calls + 2, 'every request has an execution id of its own');
  assert.equal(storage.getStore(), undefined, 'nothing came back to the top level');
  for (const connection of connections) connection.leave();
  await server.close();
  console.log('scopes are separate');
}

void main();
