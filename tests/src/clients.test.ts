import assert from 'node:assert/strict';
import { describe } from 'node:test';
import {
  createHttpClient,
  createHttpMixedClient,
  createHttpSmartClient,
  type HttpClientConfig,
  r,
  Serializer,
} from '@bluelibs/runner/node';
import { backends, shared } from './harness/backends';
import { it } from './harness/it';

/** What the three published clients have in common. */
interface Client {
  task(id: string, input?: unknown): Promise<unknown>;
  event(id: string, payload?: unknown): Promise<void>;
  eventWithResult?(id: string, payload?: unknown): Promise<unknown>;
}

const CLIENTS: Record<string, (config: HttpClientConfig) => Client> = {
  createHttpClient,
  createHttpMixedClient,
  createHttpSmartClient,
  'createHttpMixedClient with forceSmart': (config) => createHttpMixedClient({ ...config, forceSmart: true }),
};

const soldOut = r.error<{ item: string }>('shop.errors.soldOut').build();

for (const backend of backends) {
  for (const [name, create] of Object.entries(CLIENTS)) {
    describe(`${name} (${backend.name})`, () => {
      const server = shared(backend, 'shop', 'token');
      const client = (config: Partial<HttpClientConfig> = {}): Client =>
        create({
          baseUrl: `http://127.0.0.1:${server.port}/__runner`,
          auth: { token: 'secret' },
          serializer: new Serializer(),
          errorRegistry: new Map([[soldOut.id, soldOut]]),
          ...config,
        });

      it('calls a task', async () => {
        assert.equal(await client().task('shop.tasks.add', { a: 5, b: 3 }), 8);
        const input = { text: 'é😀', list: [1, null, { deep: true }] };
        assert.deepEqual(await client().task('shop.tasks.echo', input), input);
      });

      it('calls a task without input and result', async () => {
        assert.equal(await client().task('shop.tasks.nothing'), undefined);
        assert.equal((await server.logs.noted('input')).data, 'undefined');
      });

      it('calls a task with an input that takes several reads', async () => {
        const input = 'é'.repeat(300_000);
        assert.equal(await client().task('shop.tasks.echo', input), input);
      });

      it('emits an event', async () => {
        await client().event('shop.events.sold', { item: name });
        await server.logs.until(({ message, data }) => message === 'sold' && data.item === name);
      });

      it('emits an event and gets its result', async () => {
        assert.deepEqual(await client().eventWithResult?.('shop.events.priced', { price: 21 }), {
          price: 42,
        });
      });

      it('rethrows a typed error through its registry', async () => {
        await assert.rejects(client().task('shop.tasks.buy', { item: 'pen' }), (error) => {
          assert.ok(soldOut.is(error));
          assert.deepEqual(error.data, { item: 'pen' });
          return true;
        });
      });

      it('gets nothing but the blandest error for every other failure', async () => {
        await assert.rejects(client().task('shop.tasks.break'), (error: Error) => {
          assert.match(error.message, /Internal Error/);
          assert.ok(!soldOut.is(error));
          return true;
        });
      });

      it('is refused without its token', async () => {
        const stranger = client({ auth: { token: 'wrong' } });
        await assert.rejects(stranger.task('shop.tasks.add', { a: 1, b: 2 }), /Unauthorized/);
        await assert.rejects(stranger.event('shop.events.sold'), /Unauthorized/);
      });

      it('hears of an unknown id', async () => {
        await assert.rejects(client().task('shop.tasks.ghost'), /Task shop\.tasks\.ghost not found/);
      });
    });

    describe(`${name} with the Runner's serializer (${backend.name})`, () => {
      const server = shared(backend, 'shop', 'runnerSerializer');

      it('sends and gets typed values', async () => {
        const client = create({
          baseUrl: `http://127.0.0.1:${server.port}/__runner`,
          auth: { token: 'secret' },
          serializer: new Serializer(),
        });
        const input = { at: new Date(0), map: new Map([['k', 1n]]), bytes: new Uint8Array([1, 2]) };
        assert.deepEqual(await client.task('shop.tasks.echo', input), input);
      });
    });
  }

  describe(`discovery (${backend.name})`, () => {
    const server = shared(backend, 'shop', 'token');

    it('is read with fetch', async () => {
      const answer = await fetch(`http://127.0.0.1:${server.port}/__runner/discovery`, {
        headers: { 'x-runner-token': 'secret' },
      });
      assert.equal(answer.status, 200);
      const { result } = new Serializer().parse(await answer.text()) as {
        result: { allowList: { enabled: boolean; tasks: string[]; events: string[] } };
      };
      assert.equal(result.allowList.enabled, true);
      assert.ok(result.allowList.tasks.includes('shop.tasks.add'));
      assert.deepEqual(result.allowList.events, ['shop.events.sold', 'shop.events.priced']);
    });
  });
}
