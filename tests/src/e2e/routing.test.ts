import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { backends, shared } from '../harness/backends';
import { it } from '../harness/it';
import { exchange } from '../harness/request';

const NOT_FOUND = { ok: false, error: { message: 'Not Found', code: 'NOT_FOUND' } };

for (const backend of backends) {
  describe(`routing (${backend.name})`, () => {
    const server = shared(backend, 'calls');
    const send = (target: string, method = 'POST') =>
      exchange(server.port, { method, target, body: '{"input":{"a":5,"b":3}}' });

    it('finds a task under every spelling of its path', async () => {
      const spellings = [
        '/__runner/task/add',
        '/__runner//task//add',
        '/__runner/task/add/',
        '/__runner/task/add?x=1&y=/../..',
        '/__runner/task/add#frag',
        '/__runner/./task/./add',
        '/x/../__runner/task/add',
        '/x/%2e%2E/__runner/task/add',
        '/__runner\\task\\add',
        '/__runner/task/%61dd',
        'http://localhost/__runner/task/add',
        'http://any.example:1/__runner/task/add?x',
      ];
      for (const target of spellings) {
        const answer = await send(target);
        assert.equal(answer.status, 200, `${target}: ${answer.text}`);
        assert.deepEqual(answer.json, { ok: true, result: 8 }, target);
      }
    });

    it('takes slashes in an id raw and encoded', async () => {
      for (const target of [
        '/__runner/task/app/tasks/x',
        '/__runner/task/app%2Ftasks%2fx',
        '/__runner/task//app//tasks/x/',
      ]) {
        assert.deepEqual((await send(target)).json, { ok: true, result: 'slashes' }, target);
      }
    });

    it('decodes an id once', async () => {
      const ids: [target: string, id: string][] = [
        ['/__runner/task/%2Fapp', '/app'],
        ['/__runner/task/a;x=1', 'a;x=1'],
        ['/__runner/task/%C3%A9', 'é'],
        ['/__runner/task/%2541', '%41'],
        ['/__runner/task/a%20b+c', 'a b+c'],
        ['/__runner/task/%00%09%22', '\u0000\t"'],
        ['/__runner/task/a/../b', 'b'],
        ['/__runner/task/__proto__', '__proto__'],
        ['/__runner/task/constructor', 'constructor'],
        ['/__runner/task/ADD', 'ADD'],
      ];
      for (const [target, id] of ids) {
        const answer = await send(target);
        assert.equal(answer.status, 404, target);
        assert.deepEqual(answer.json.error, { message: `Task ${id} not found`, code: 'NOT_FOUND' }, target);
      }
    });

    it('keeps tasks and events apart', async () => {
      assert.equal((await send('/__runner/task/noted')).json.error.message, 'Task noted not found');
      assert.equal((await send('/__runner/event/add')).json.error.message, 'Event add not found');
    });

    it('answers 404 under the base path, with a request id', async () => {
      const unknown = [
        '/__runner',
        '/__runner/',
        '/__runner/foo/bar',
        '/__runner/TASK/add',
        '/__runner/%74ask/add',
        '/__runner/task',
        '/__runner/task/',
        '/__runner/task//',
        '/__runner/task/.',
        '/__runner/task/%2e%2e/x',
        '/__runner/constructor/x',
      ];
      for (const target of unknown) {
        const answer = await send(target);
        assert.equal(answer.status, 404, target);
        assert.deepEqual(answer.json, NOT_FOUND, target);
        assert.ok(answer.header('x-runner-request-id'), target);
      }
    });

    it('answers 404 for a malformed percent escape', async () => {
      for (const target of [
        '/task/add%',
        '/task/%f',
        '/task/%zz',
        '/task/%ff',
        '/event/%E0%A4%A/',
        '/task/%ED%A0%80',
      ]) {
        const answer = await send(`/__runner${target}`);
        assert.equal(answer.status, 404, target);
        assert.deepEqual(answer.json, NOT_FOUND, target);
      }
    });

    it('answers 404 outside the base path, without a request id', async () => {
      const outside = [
        '/',
        '/other',
        '/__runnerx/task/add',
        '/__RUNNER/task/add',
        '/%5f%5frunner/task/add',
        '//__runner/task/add',
        '/__runner/../other',
        '/__runner/task/../../other',
      ];
      for (const target of outside) {
        for (const method of ['POST', 'GET', 'OPTIONS']) {
          const answer = await send(target, method);
          assert.equal(answer.status, 404, `${method} ${target}`);
          assert.deepEqual(answer.json, NOT_FOUND, target);
          assert.equal(answer.header('x-runner-request-id'), undefined, target);
          assert.equal(answer.header('x-content-type-options'), 'nosniff');
        }
      }
    });

    it('sends exactly the standard headers', async () => {
      const { headers } = await send('/__runner/task/add');
      assert.deepEqual(Object.keys(headers).sort(), [
        'connection',
        'content-length',
        'content-type',
        'date',
        'keep-alive',
        'x-content-type-options',
        'x-frame-options',
        'x-runner-request-id',
      ]);
      assert.deepEqual(headers['content-type'], ['application/json; charset=utf-8']);
      assert.deepEqual(headers['x-frame-options'], ['DENY']);
      assert.deepEqual(headers.connection, ['keep-alive']);
      assert.deepEqual(headers['keep-alive'], ['timeout=5']);
      assert.match(headers.date?.[0] ?? '', /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
    });
  });
}
