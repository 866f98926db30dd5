import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { backends, shared } from '../harness/backends';
import { it } from '../harness/it';
import { callTask, exchange, type RawRequest } from '../harness/request';

const NAME = 'x-runner-request-id';
const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

for (const backend of backends) {
  describe(`request id (${backend.name})`, () => {
    const server = shared(backend, 'calls');

    /** The id of the answer, which must be what the handler saw. */
    const idFor = async (headers: NonNullable<RawRequest['headers']>): Promise<string | undefined> => {
      const answer = await callTask(server.port, 'context', null, headers);
      const id = answer.header(NAME);
      assert.equal(answer.json.result.requestId, id);
      assert.equal(answer.json.result.headers[NAME], id);
      return id;
    };

    it('is the one that was sent', async () => {
      for (const id of ['a', 'A-z_0.9:x', 'x'.repeat(128)]) {
        assert.equal(await idFor({ [NAME]: id }), id);
        assert.equal(await idFor({ 'X-Runner-Request-Id': ` \t${id} ` }), id);
      }
    });

    it('is made when none was sent, another for each request', async () => {
      const [one, two] = [await idFor({}), await idFor({})];
      assert.match(one ?? '', UUID_V4);
      assert.match(two ?? '', UUID_V4);
      assert.notEqual(one, two);
    });

    it('is made when the one that was sent is not well-formed', async () => {
      for (const id of ['', ' ', 'a b', 'a,b', 'a/b', 'é', 'x'.repeat(129), '"a"']) {
        assert.match((await idFor({ [NAME]: id })) ?? '', UUID_V4, id);
      }
    });

    it('is made when two were sent', async () => {
      const sent = [
        [NAME, 'same'],
        [NAME, 'same'],
      ] as const;
      assert.match((await idFor(sent)) ?? '', UUID_V4);
    });

    it('stands on every answer under the base path but a preflight', async () => {
      const headers = { [NAME]: 'mine' };
      for (const [method, target, status] of [
        ['GET', '/__runner/discovery', 200],
        ['GET', '/__runner/task/add', 405],
        ['POST', '/__runner/task/ghost', 404],
        ['POST', '/__runner/nothing', 404],
      ] as const) {
        const answer = await exchange(server.port, { method, target, headers });
        assert.equal(answer.status, status);
        assert.deepEqual(answer.headers[NAME], ['mine'], target);
      }
    });

    it('comes with what else the handler is told', async () => {
      const answer = await exchange(server.port, {
        target: '/__runner//task/context?a=%20b',
        headers: [
          ['X-Custom', 'caf\u00e9'],
          ['x-custom', 'two'],
          ['Cookie', 'a=1'],
          ['Cookie', 'b=2'],
          ['User-Agent', 'first'],
          ['User-Agent', 'second'],
          [NAME, 'told'],
        ],
      });
      const { headers, ...rest } = answer.json.result;
      assert.deepEqual(rest, {
        id: 'context',
        method: 'POST',
        url: '/__runner//task/context?a=%20b',
        path: '/__runner//task/context',
        requestId: 'told',
      });
      assert.equal(headers['x-custom'], 'café, two');
      assert.equal(headers.cookie, 'a=1; b=2');
      assert.equal(headers['user-agent'], 'first');
      assert.equal(headers.host, 'localhost');
    });
  });
}
