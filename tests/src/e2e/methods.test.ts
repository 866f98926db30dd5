import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { backends, shared } from '../harness/backends';
import { it } from '../harness/it';
import { exchange } from '../harness/request';

const TOKEN = { 'x-runner-token': 'secret' };
const NOT_ALLOWED = '{"ok":false,"error":{"message":"Method Not Allowed","code":"METHOD_NOT_ALLOWED"}}';

for (const backend of backends) {
  describe(`methods (${backend.name})`, () => {
    const server = shared(backend, 'calls', 'token');
    const send = (method: string, target: string, headers: Record<string, string> = {}) =>
      exchange(server.port, { method, target, headers });

    it('answers 405 before it asks for a token or for the id', async () => {
      for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND']) {
        for (const target of ['/__runner/task/add', '/__runner/task/ghost', '/__runner/event/noted']) {
          const answer = await send(method, target);
          assert.equal(answer.status, 405, `${method} ${target}`);
          assert.equal(answer.text, NOT_ALLOWED);
          assert.equal(answer.header('allow'), undefined);
          assert.ok(answer.header('x-runner-request-id'));
        }
      }
      assert.deepEqual(server.logs.records, []);
    });

    it('answers HEAD like GET, without the body', async () => {
      for (const target of ['/__runner/task/add', '/__runner/discovery']) {
        const answer = await send('HEAD', target, TOKEN);
        assert.equal(answer.status, 405, target);
        assert.equal(answer.header('content-length'), '81');
        assert.equal(answer.text, '');
      }
      const nowhere = await send('HEAD', '/other');
      assert.equal(nowhere.status, 404);
      assert.equal(nowhere.header('content-length'), '63');
    });

    it('looks for the route before the method', async () => {
      for (const method of ['GET', 'DELETE', 'HEAD']) {
        assert.equal((await send(method, '/__runner/task/')).status, 404, method);
      }
    });

    it('lists ids in the order of registration', async () => {
      for (const target of ['/__runner/discovery', '/__runner/discovery/any/suffix?x']) {
        const answer = await send('GET', target, TOKEN);
        assert.equal(answer.status, 200, target);
        const { ok, result } = answer.json;
        assert.equal(ok, true);
        assert.deepEqual(Object.keys(result.allowList), ['enabled', 'tasks', 'events']);
        assert.equal(result.allowList.enabled, true);
        assert.deepEqual(result.allowList.tasks.slice(0, 3), ['add', 'add.later', 'show']);
        assert.deepEqual(result.allowList.events, ['noted']);
      }
    });

    it('asks for a token at discovery, after the method', async () => {
      assert.equal((await send('POST', '/__runner/discovery')).status, 405);
      const answer = await send('GET', '/__runner/discovery');
      assert.equal(answer.status, 401);
      assert.equal(answer.text, '{"ok":false,"error":{"message":"Unauthorized","code":"UNAUTHORIZED"}}');
    });
  });

  describe(`disabled discovery (${backend.name})`, () => {
    const server = shared(backend, 'calls', 'noDiscovery');

    it('answers 404 for every method but OPTIONS, with and without a token', async () => {
      for (const method of ['GET', 'POST', 'HEAD', 'DELETE']) {
        for (const headers of [TOKEN, {}]) {
          const answer = await exchange(server.port, { method, target: '/__runner/discovery', headers });
          assert.equal(answer.status, 404, method);
        }
      }
      const preflight = await exchange(server.port, { method: 'OPTIONS', target: '/__runner/discovery' });
      assert.equal(preflight.status, 204);
    });
  });
}
