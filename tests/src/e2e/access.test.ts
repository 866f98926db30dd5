import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { backends, shared } from '../harness/backends';
import { it } from '../harness/it';
import { RawConnection } from '../harness/raw';
import { exchange, request } from '../harness/request';

const TOKEN = { 'x-runner-token': 'secret' };

for (const backend of backends) {
  describe(`allow-list (${backend.name})`, () => {
    const server = shared(backend, 'calls', 'allowList');
    const send = (target: string, headers: Record<string, string>, body = '{') =>
      exchange(server.port, { target: `/__runner/${target}`, headers, body });

    it('opens what it names', async () => {
      assert.deepEqual((await send('task/show', TOKEN, '1')).json, { ok: true, result: '1' });
    });

    it('answers 403 for everything else, registered or not', async () => {
      for (const [target, message] of [
        ['task/add', 'Task add not exposed'],
        ['task/nobody', 'Task nobody not exposed'],
        ['event/noted', 'Event noted not exposed'],
        ['task/app%2F"', 'Task app/" not exposed'],
      ] as const) {
        const answer = await send(target, TOKEN);
        assert.equal(answer.status, 403, target);
        assert.deepEqual(answer.json.error, { message, code: 'FORBIDDEN' });
      }
    });

    it('comes after the token and before the registration, and that before the body', async () => {
      const order: [string, Record<string, string>, number][] = [
        ['task/add', {}, 401],
        ['task/add', TOKEN, 403],
        ['task/ghost', TOKEN, 404],
        ['task/show', TOKEN, 400],
      ];
      for (const [target, headers, status] of order) {
        assert.equal((await send(target, headers)).status, status, target);
      }
    });

    it('keeps that order when the body is still to come', async (t) => {
      for (const [target, headers, status] of [
        ['task/add', {}, 401],
        ['task/add', TOKEN, 403],
        ['event/show', TOKEN, 404],
      ] as const) {
        const connection = await RawConnection.open(server.port);
        t.after(() => connection.leave());
        connection.write(
          request({ target: `/__runner/${target}`, headers: { ...headers, 'Content-Length': '5' } }),
        );
        assert.equal((await connection.read()).status, status, target);
      }
    });

    it('narrows what discovery lists', async () => {
      const { json } = await exchange(server.port, {
        method: 'GET',
        target: '/__runner/discovery',
        headers: TOKEN,
      });
      assert.deepEqual(json.result.allowList, { enabled: true, tasks: ['show'], events: [] });
    });
  });

  describe(`serializer (${backend.name})`, () => {
    const server = shared(backend, 'failures', 'serializer');

    it('reads bodies and writes results', async () => {
      const answer = await exchange(server.port, { target: '/__runner/task/fine', body: '#{"input":1}' });
      assert.equal(answer.text, '#{"ok":true,"result":"fine"}');
    });

    it('refuses what it can not read', async () => {
      const answer = await exchange(server.port, { target: '/__runner/task/fine', body: '{"input":1}' });
      assert.equal(answer.status, 400);
      assert.match(answer.text, /INVALID_JSON/);
    });

    it('writes typed errors, also without the data that it can not write', async () => {
      const thrown = async (name: string): Promise<string> => {
        const body = `#{"input":"${name}"}`;
        return (await exchange(server.port, { target: '/__runner/task/throw', body })).text;
      };
      assert.match(await thrown('all'), /^#.*"data":\{"n":1\}/);
      assert.match(await thrown('cyclic data'), /^#.*"id":"app.errors.shown","httpCode":409/);
    });
  });
}
