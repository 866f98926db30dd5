import assert from 'node:assert/strict';
import { STATUS_CODES } from 'node:http';
import { describe } from 'node:test';
import { backends, shared } from '../harness/backends';
import { it } from '../harness/it';
import { callTask } from '../harness/request';

const BLAND = { message: 'Internal Error', code: 'INTERNAL_ERROR' };
const ID = 'app.errors.shown';

/** What a thrown TunnelError becomes. */
const SHOWN: Record<string, [status: number, error: object]> = {
  bare: [500, BLAND],
  id: [500, { message: 'shown', code: 'INTERNAL_ERROR', id: ID }],
  httpCode: [418, { message: 'shown', code: 'INTERNAL_ERROR', httpCode: 418 }],
  nameless: [499, { message: 'shown', code: 'INTERNAL_ERROR', httpCode: 499 }],
  data: [500, { message: 'shown', code: 'INTERNAL_ERROR', id: ID, data: { why: [1, 'é'] } }],
  all: [422, { message: 'shown', code: 'INTERNAL_ERROR', id: ID, data: { n: 1 }, httpCode: 422 }],
  'empty message': [400, { message: 'Internal Error', code: 'INTERNAL_ERROR', id: ID, httpCode: 400 }],
  'cyclic data': [409, { message: 'shown', code: 'INTERNAL_ERROR', id: ID, httpCode: 409 }],
  'bigint data': [409, { message: 'shown', code: 'INTERNAL_ERROR', id: ID, httpCode: 409 }],
};

const HIDDEN = ['error', 'string', 'null', 'undefined', 'lookalike', 'abort'];
const UNWRITABLE = ['cycle', 'bigint', 'function', 'symbol', 'revoked proxy', 'getter'];

for (const backend of backends) {
  describe(`task failures (${backend.name})`, () => {
    const server = shared(backend, 'failures');

    for (const how of ['throw', 'reject']) {
      it(`of TunnelErrors tell the client what they hold: ${how}`, async () => {
        for (const [name, [status, error]] of Object.entries(SHOWN)) {
          const answer = await callTask(server.port, how, name);
          assert.equal(answer.status, status, name);
          assert.equal(answer.reason, STATUS_CODES[status] ?? 'unknown', name);
          // Text, not value: the order of the members is part of the contract.
          assert.equal(answer.text, JSON.stringify({ ok: false, error }), name);
        }
      });

      for (const name of HIDDEN) {
        it(`of other kinds tell nothing and are logged: ${how} ${name}`, async () => {
          const requestId = `${how}.${name.replaceAll(' ', '.')}`;
          const headers = { 'x-runner-request-id': requestId };
          const answer = await callTask(server.port, how, name, headers);
          assert.equal(answer.status, 500);
          assert.equal(answer.text, JSON.stringify({ ok: false, error: BLAND }));
          assert.equal(answer.header('x-runner-request-id'), requestId);
          const record = await server.logs.until(({ data }) => data?.requestId === requestId);
          assert.equal(record.level, 'error');
          assert.equal(record.message, 'exposure.task.error');
          if (name === 'error')
            assert.deepEqual(record.data.error, { name: 'Error', message: 'inner detail' });
        });
      }
    }

    for (const how of ['return', 'return.later']) {
      for (const name of UNWRITABLE) {
        it(`by results that can't be written tell nothing and are logged: ${how} ${name}`, async () => {
          const requestId = `${how}.${name.replaceAll(' ', '.')}`;
          const answer = await callTask(server.port, how, name, { 'x-runner-request-id': requestId });
          assert.equal(answer.status, 500);
          assert.equal(answer.text, JSON.stringify({ ok: false, error: BLAND }));
          const record = await server.logs.until(({ data }) => data?.requestId === requestId);
          assert.equal(record.message, 'exposure.task.error');
        });
      }
    }

    it('by a result whose `then` throws tell nothing', async () => {
      assert.equal((await callTask(server.port, 'return', 'bad then')).status, 500);
      assert.equal((await callTask(server.port, 'return.later', 'bad then')).status, 500);
    });

    it('leave the server as it was', async () => {
      assert.deepEqual((await callTask(server.port, 'fine')).json, { ok: true, result: 'fine' });
    });
  });

  describe(`hostile failures (${backend.name})`, () => {
    for (const how of ['throw', 'reject']) {
      it(`can not be looked at, and are answered all the same: ${how}`, async (t) => {
        const server = await backend.start('failures', 'plain');
        t.after(() => server.stop());
        const answer = await callTask(server.port, how, 'revoked proxy');
        assert.equal(answer.status, 500);
        assert.equal(answer.text, JSON.stringify({ ok: false, error: BLAND }));
        assert.equal((await callTask(server.port, 'fine')).status, 200);
      });
    }
  });
}
