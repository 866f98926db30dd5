import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { backends, shared } from '../harness/backends';
import { it } from '../harness/it';
import { callTask, exchange } from '../harness/request';

const STATUSES: Record<string, number> = {
  true: 200,
  ok: 200,
  yes: 200,
  later: 200,
  'not ok': 401,
  text: 401,
  'never later': 401,
  throw: 401,
  reject: 401,
  '': 401,
};

for (const backend of backends) {
  describe(`validator (${backend.name})`, () => {
    const server = shared(backend, 'calls', 'validate');

    it('lets in whom it accepts and nobody else', async () => {
      for (const [say, status] of Object.entries(STATUSES)) {
        for (const target of ['/__runner/task/value', '/__runner/event/noted', '/__runner/discovery']) {
          const method = target.endsWith('discovery') ? 'GET' : 'POST';
          const answer = await exchange(server.port, { method, target, headers: { 'x-say': say } });
          assert.equal(answer.status, status, `${target} ${say}`);
          if (status === 401) assert.equal(answer.json.error.code, 'UNAUTHORIZED');
        }
      }
    });

    it('sees the request as it was sent', async () => {
      const requestId = 'validator-sees';
      await exchange(server.port, {
        target: '/__runner//task/value?q=%20#f',
        headers: [
          ['x-say', 'true'],
          ['X-Two', 'a'],
          ['x-two', 'b'],
          ['x-runner-request-id', requestId],
        ],
      });
      const { data } = await server.logs.until((record) => record.data?.requestId === requestId);
      assert.equal(data.method, 'POST');
      assert.equal(data.url, '/__runner//task/value?q=%20#f');
      assert.equal(data.path, '/__runner//task/value');
      assert.equal(data.headers['x-two'], 'a, b');
      assert.equal(data.headers['x-runner-request-id'], requestId);
    });

    it('is logged when it breaks, and so is the refusal', async () => {
      for (const say of ['throw', 'reject']) {
        const requestId = `breaks-${say}`;
        await callTask(server.port, 'value', 'null', { 'x-say': say, 'x-runner-request-id': requestId });
        await server.logs.until(
          ({ data, message }) => message === 'exposure.auth.failure' && data.requestId === requestId,
        );
        const [, broke, refused] = server.logs.of(requestId);
        assert.equal(broke?.level, 'error');
        assert.equal(broke?.data.error.message, 'validator broke');
        assert.deepEqual(refused?.data, {
          requestId,
          method: 'POST',
          path: '/__runner/task/value',
          status: 401,
          code: 'UNAUTHORIZED',
        });
      }
    });

    it('is asked before the body has arrived, and only once', async () => {
      const requestId = 'body-held-back';
      const headers = { 'x-say': 'not ok', 'x-runner-request-id': requestId, 'Content-Length': '10' };
      assert.equal((await exchange(server.port, { target: '/__runner/task/value', headers })).status, 401);
      // The refusal is logged after the validator was asked.
      await server.logs.until(
        ({ data, message }) => message === 'exposure.auth.failure' && data.requestId === requestId,
      );
      assert.equal(server.logs.of(requestId).filter(({ message }) => message === 'validate').length, 1);
    });
  });

  describe(`validator beside a token (${backend.name})`, () => {
    const server = shared(backend, 'calls', 'tokenAndValidate');

    it('is not asked when the token matches', async () => {
      const headers = { 'x-runner-token': 'secret', 'x-say': 'throw', 'x-runner-request-id': 'by-token' };
      assert.equal((await callTask(server.port, 'value', 'null', headers)).status, 200);
      assert.deepEqual(server.logs.of('by-token'), []);
    });

    it('is asked when no token matches', async () => {
      for (const token of ['wrong', undefined]) {
        const headers = { ...(token && { 'x-runner-token': token }), 'x-say': 'ok' };
        assert.equal((await callTask(server.port, 'value', 'null', headers)).status, 200);
      }
    });
  });
}
