import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import type { IEventEmission, ITask } from '@bluelibs/runner';
import { globals, type HttpClient, r, run } from '@bluelibs/runner/node';
import { nothing, place, placed, shared, soldOut, tenant, tunnel } from './apps/orders';
import { type Child, startChild } from './harness/child';
import { it } from './harness/it';

/** The client's half: its tunnel sends what it calls to the other process. */
async function startClient(port: number) {
  let client: HttpClient | undefined;
  const remote = (): HttpClient => {
    if (client === undefined) throw new Error('the client has not started');
    return client;
  };
  const connection = r
    .resource('orders.client')
    .dependencies({ create: globals.resources.httpClientFactory })
    .init(async (_, { create }) => {
      client = create({ baseUrl: `http://127.0.0.1:${port}/__runner`, auth: { token: 'secret' } });
    })
    .build();
  const away = tunnel('orders.tunnel', () => ({
    mode: 'client',
    transport: 'http',
    tasks: [place, nothing],
    events: [placed],
    eventDeliveryMode: 'remote-only',
    run: (task: ITask, input: unknown) => remote().task(task.id, input),
    emit: ({ id, data }: IEventEmission<unknown>) => remote().event(id, data),
  }));
  const app = r
    .resource('orders')
    .register([...shared, connection, away])
    .build();
  return run(app, { logs: { printThreshold: null }, shutdownHooks: false });
}

describe('a Runner application in two processes', () => {
  let server: Child;
  let port: number;
  let client: Awaited<ReturnType<typeof startClient>>;
  before(async () => {
    server = startChild('orders');
    port = Number(await server.firstLine);
    client = await startClient(port);
  });
  after(() => client.dispose());

  const order = (item: string): Promise<unknown> =>
    tenant.provide({ name: 'acme' }, () =>
      client.runTask(place, { item, at: new Date(5) }),
    ) as Promise<unknown>;

  it('runs a task over there, with its typed values and its async context', async () => {
    const { pid, ...result } = (await order('book')) as { pid: number };
    assert.deepEqual(result, { item: 'book', at: new Date(5), tenant: 'acme', tags: new Set(['new']) });
    assert.notEqual(pid, process.pid);
  });

  it('runs a task without input and result', async () => {
    assert.equal(await client.runTask(nothing, undefined), undefined);
  });

  it('rethrows a typed error over here', async () => {
    await assert.rejects(order('pen'), (error) => soldOut.is(error) && error.data.item === 'pen');
  });

  it('lists what may be called', async () => {
    const headers = { 'x-runner-token': 'secret' };
    const answer = await fetch(`http://127.0.0.1:${port}/__runner/discovery`, { headers });
    const tasks = ['orders.tasks.place', 'orders.tasks.nothing', 'orders.tasks.stop'];
    const allowList = { enabled: true, tasks, events: ['orders.events.placed'] };
    assert.deepEqual(await answer.json(), { ok: true, result: { allowList } });
  });

  it('delivers an event over there, and the other process ends when it is told to', async () => {
    await client.emitEvent(placed, { item: 'book' });
    const headers = { 'x-runner-token': 'secret' };
    await fetch(`http://127.0.0.1:${port}/__runner/task/orders.tasks.stop`, { method: 'POST', headers });
    const { code, stdout, stderr } = await server.ended;
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    const [, event] = stdout.split('\n');
    assert.deepEqual(JSON.parse(event ?? ''), { data: { item: 'book' }, source: 'exposure:http' });
  });
});
