import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { backends, shared } from '../harness/backends';
import { it } from '../harness/it';
import { exchange } from '../harness/request';

const UNDEFINED = '{"__type":"Undefined","value":null}';

for (const backend of backends) {
  describe(`events (${backend.name})`, () => {
    const server = shared(backend, 'events');
    const emit = (id: string, body: string, headers: Record<string, string> = {}) =>
      exchange(server.port, { target: `/__runner/event/${id}`, body, headers });

    it('bring their payload and answer nothing', async () => {
      for (const id of ['happened', 'happened.later']) {
        assert.equal((await emit(id, '{"payload":{"n":1}}')).text, '{"ok":true}', id);
      }
      await server.logs.until(({ message, data }) => message === 'happened' && data?.n === 1);
    });

    it('answer what the listener returned when they are asked', async () => {
      assert.equal(
        (await emit('happened', '{"payload":[1],"returnPayload":true}')).text,
        '{"ok":true,"result":{"got":[1]}}',
      );
      assert.equal(
        (await emit('happened.later', '{"payload":"x","returnPayload":true}')).text,
        '{"ok":true,"result":"x"}',
      );
      assert.equal(
        (await emit('happened.later', '{"returnPayload":true}')).text,
        `{"ok":true,"result":${UNDEFINED}}`,
      );
    });

    it('take every truthy `returnPayload` for yes', async () => {
      for (const [given, asked] of [
        ['"no"', true],
        ['1', true],
        ['{}', true],
        ['0', false],
        ['""', false],
        ['null', false],
        [UNDEFINED, false],
      ] as const) {
        const { json } = await emit('happened', `{"payload":1,"returnPayload":${given}}`);
        assert.equal(Object.hasOwn(json, 'result'), asked, given);
      }
    });

    it('never take the body itself for the payload', async () => {
      for (const body of [
        '',
        'null',
        '5',
        '"payload"',
        '[1]',
        '{}',
        '{"input":1}',
        `{"payload":${UNDEFINED}}`,
      ]) {
        assert.equal((await emit('happened', body)).text, '{"ok":true}', body);
      }
      const bodies = ['{"input":1,"returnPayload":true}', `{"payload":${UNDEFINED},"returnPayload":true}`];
      for (const body of bodies) {
        assert.equal((await emit('happened', body)).json.result.got, 'undefined', body);
      }
      assert.equal((await emit('happened', '{"payload":null,"returnPayload":true}')).json.result.got, null);
    });

    it('answer 400 for what is no JSON', async () => {
      const answer = await emit('happened', '{');
      assert.equal(answer.status, 400);
      assert.equal(answer.json.error.code, 'INVALID_JSON');
    });

    it('answer 404 for an unknown id', async () => {
      const answer = await emit('ghost', '{}');
      assert.equal(answer.status, 404);
      assert.deepEqual(answer.json.error, { message: 'Event ghost not found', code: 'NOT_FOUND' });
    });

    it('fail as tasks do', async () => {
      const failed = await emit('fails', '{}', { 'x-runner-request-id': 'event-fails' });
      assert.equal(failed.status, 500);
      assert.deepEqual(failed.json.error, { message: 'Internal Error', code: 'INTERNAL_ERROR' });
      const record = await server.logs.until(({ data }) => data?.requestId === 'event-fails');
      assert.equal(record.message, 'exposure.event.error');
      assert.equal(record.data.error.message, 'inner detail');

      const refused = await emit('refuses', '{}');
      assert.equal(refused.status, 409);
      assert.equal(refused.json.error.id, 'app.errors.no');
    });
  });
}
