import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { TunnelServer } from '@bluelibs/runner-native';
import { backends, shared } from '../harness/backends';
import { it } from '../harness/it';
import { exchange } from '../harness/request';

const ADD = '/__runner/task/add';
const BODY = '{"input":{"a":1,"b":2}}';

for (const backend of backends) {
  describe(`without auth (${backend.name})`, () => {
    const server = shared(backend, 'calls');
    const send = (headers: Record<string, string>, method = 'POST', target = ADD) =>
      exchange(server.port, { method, target, headers, body: BODY });

    it('serves names of this machine', async () => {
      for (const host of [
        'localhost',
        `localhost:${server.port}`,
        '127.0.0.1',
        '127.8.8.8:1',
        '[::1]:7070',
        'a.localhost',
      ]) {
        assert.equal((await send({ Host: host })).status, 200, host);
      }
    });

    it('refuses every other Host, before all else', async () => {
      for (const host of [
        'evil.example',
        '127.0.0.1.evil.example',
        '10.0.0.1',
        '0.0.0.0',
        '[::2]',
        '',
        'localhost.evil',
      ]) {
        for (const [method, target] of [
          ['POST', ADD],
          ['GET', '/__runner/discovery'],
          ['OPTIONS', ADD],
          ['POST', '/other'],
        ] as const) {
          const answer = await send({ Host: host }, method, target);
          assert.equal(answer.status, 403, `${method} ${target} ${host}`);
          assert.equal(answer.json.error.code, 'FORBIDDEN');
          assert.match(answer.json.error.message, /^Host not allowed/);
        }
      }
    });

    it('serves pages of its own', async () => {
      const host = `127.0.0.1:${server.port}`;
      const answer = await send({ Host: host, Origin: `http://${host}` });
      assert.equal(answer.status, 200);
      assert.equal(answer.header('access-control-allow-origin'), undefined);
    });

    it("refuses other sites' pages, and grants them nothing", async () => {
      const host = `localhost:${server.port}`;
      for (const origin of ['https://evil.example', 'http://localhost:1', 'http://localhost', 'null', '']) {
        for (const method of ['POST', 'OPTIONS']) {
          const answer = await send({ Host: host, Origin: origin }, method);
          assert.equal(answer.status, 403, `${method} ${origin}`);
          assert.match(answer.json.error.message, /^Origin not allowed/);
          assert.deepEqual(
            Object.keys(answer.headers).filter((name) => name.startsWith('access-control')),
            [],
          );
        }
      }
    });

    it('never runs a refused call', async () => {
      const answer = await exchange(server.port, {
        target: '/__runner/task/storage',
        headers: { Host: 'evil.example' },
        body: '{"input":"evil"}',
      });
      assert.equal(answer.status, 403);
    });
  });

  describe(`without auth, with listed origins (${backend.name})`, () => {
    const server = shared(backend, 'calls', 'corsLoopback');

    it('serves the listed page and no other', async () => {
      for (const [origin, status] of [
        ['http://localhost:3000', 200],
        ['http://localhost:3001', 403],
      ] as const) {
        const headers = { Host: `localhost:${server.port}`, Origin: origin };
        const answer = await exchange(server.port, { target: ADD, headers, body: BODY });
        assert.equal(answer.status, status, origin);
        assert.equal(answer.header('access-control-allow-origin'), status === 200 ? origin : undefined);
      }
    });
  });

  describe(`without auth, with every origin (${backend.name})`, () => {
    const server = shared(backend, 'calls', 'corsOpenLoopback');

    it('takes `*` for no invitation to run tasks', async () => {
      const headers = { Origin: 'https://evil.example' };
      assert.equal((await exchange(server.port, { target: ADD, headers, body: BODY })).status, 403);
      assert.equal((await exchange(server.port, { target: ADD, body: BODY })).status, 200);
    });
  });
}

describe('hosts that others can reach', () => {
  it('are refused without auth, and the message says what to set', async (t) => {
    for (const host of ['0.0.0.0', '::', '']) {
      const server = new TunnelServer({ port: 0, host });
      t.after(() => server.close());
      await assert.rejects(server.listen(), /auth\.token.*auth\.allowAnonymous/);
      assert.equal(server.address(), null);
    }
  });

  it('are served once someone said who may call', async (t) => {
    for (const auth of [{ allowAnonymous: true }, { token: 'secret' }, { validate: () => true }]) {
      const server = new TunnelServer({ port: 0, host: '0.0.0.0', auth });
      t.after(() => server.close());
      const { port } = await server.listen();
      const headers = { Host: 'any.example', Origin: 'https://any.example' };
      assert.equal((await exchange(port, { target: '/other', headers })).status, 404);
    }
  });
});
