import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { backends, shared } from '../harness/backends';
import { it } from '../harness/it';
import { exchange } from '../harness/request';

const ORIGIN = { Origin: 'https://a.example' };
const prefix = 'access-control-';

for (const backend of backends) {
  describe(`preflight (${backend.name})`, () => {
    const server = shared(backend, 'calls', 'token');
    const ask = (target: string, headers: Parameters<typeof exchange>[1]['headers'] = {}, body?: string) =>
      exchange(server.port, { method: 'OPTIONS', target, headers, ...(body !== undefined && { body }) });

    it('answers 204 everywhere under the base path, without a token', async () => {
      for (const path of ['', '/', '/task/add', '/task/ghost', '/task/%ff', '/what/ever', '/discovery']) {
        const answer = await ask(`/__runner${path}`, {}, 'ignored');
        assert.equal(answer.status, 204, path);
        assert.equal(answer.reason, 'No Content');
        assert.equal(answer.header('x-runner-request-id'), undefined);
        assert.equal(answer.header('x-content-type-options'), undefined);
        assert.equal(answer.header(`${prefix}allow-methods`), 'POST, OPTIONS');
      }
    });

    it('allows the headers that the browser asks for', async () => {
      const none = await ask('/__runner/task/add', ORIGIN);
      assert.equal(none.header(`${prefix}allow-headers`), undefined);
      const one = await ask('/__runner/task/add', {
        'Access-Control-Request-Headers': 'x-runner-token, X-Y',
      });
      assert.equal(one.header(`${prefix}allow-headers`), 'x-runner-token, X-Y');
      const two = await ask('/__runner/task/add', [
        ['Access-Control-Request-Headers', 'a'],
        ['Access-Control-Request-Headers', 'b'],
      ]);
      assert.equal(two.header(`${prefix}allow-headers`), 'a, b');
    });

    it('keeps the connection when it had a body', async () => {
      const answer = await ask('/__runner/task/add', {}, 'x'.repeat(500));
      assert.equal(answer.header('connection'), 'keep-alive');
    });
  });

  describe(`configured preflight (${backend.name})`, () => {
    const server = shared(backend, 'calls', 'corsPreflight');

    it('says what was configured', async () => {
      const headers = { ...ORIGIN, 'Access-Control-Request-Headers': 'x-other' };
      const answer = await exchange(server.port, {
        method: 'OPTIONS',
        target: '/__runner/task/add',
        headers,
      });
      assert.equal(answer.header(`${prefix}allow-methods`), 'POST, GET');
      assert.equal(answer.header(`${prefix}allow-headers`), 'x-one, x-two');
      assert.equal(answer.header(`${prefix}allow-credentials`), 'true');
      assert.equal(answer.header(`${prefix}max-age`), '0');
      assert.equal(answer.header(`${prefix}allow-origin`), 'https://a.example');
      assert.equal(answer.header(`${prefix}expose-headers`), undefined);
      assert.equal(answer.header('vary'), 'Origin');
    });

    it('exposes headers on actual answers only, and says nothing of preflights there', async () => {
      for (const target of ['/__runner/task/value', '/__runner/task/ghost', '/other']) {
        const answer = await exchange(server.port, { target, headers: ORIGIN });
        assert.equal(answer.header(`${prefix}expose-headers`), 'x-three, x-four', target);
        assert.equal(answer.header(`${prefix}allow-credentials`), 'true');
        for (const name of ['allow-methods', 'allow-headers', 'max-age']) {
          assert.equal(answer.header(`${prefix}${name}`), undefined, `${target} ${name}`);
        }
      }
    });

    it('answers refused origins as well', async () => {
      const headers = { Origin: 'https://evil.example' };
      const answer = await exchange(server.port, {
        method: 'OPTIONS',
        target: '/__runner/task/add',
        headers,
      });
      assert.equal(answer.status, 204);
      assert.equal(answer.header(`${prefix}allow-origin`), undefined);
    });
  });
}
