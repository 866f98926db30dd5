import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { VariantName } from '../apps/variants';
import { backends } from '../harness/backends';
import { it } from '../harness/it';
import { exchange } from '../harness/request';

/** Paths that reach the task `add` for each base path, and paths that are outside. */
const CASES: [variant: VariantName, inside: string[], outside: string[]][] = [
  ['rootBase', ['/task/add', '/./task/add', '/task/add/?x'], []],
  ['emptyBase', ['/task/add'], []],
  ['bareBase', ['/api/task/add', '/api//task/add'], ['/task/add', '/__runner/task/add', '/apix/task/add']],
  ['slashBase', ['/api/task/add'], ['/task/add', '/ap/task/add']],
  ['deepBase', ['/a/b/c/task/add', '/a/./b/c/task/add'], ['/a/b/task/add', '/a//b/c/task/add']],
];

for (const backend of backends) {
  describe(`base path (${backend.name})`, () => {
    for (const [variant, inside, outside] of CASES) {
      it(`serves below it: ${variant}`, async (t) => {
        const server = await backend.start('calls', variant);
        t.after(() => server.stop());
        const send = (target: string, method = 'POST') =>
          exchange(server.port, { method, target, body: '{"input":{"a":5,"b":3}}' });

        for (const target of inside) {
          const answer = await send(target);
          assert.equal(answer.text, '{"ok":true,"result":8}', target);
          assert.equal((await send(target, 'OPTIONS')).status, 204, target);
        }
        for (const target of outside) {
          const answer = await send(target);
          assert.equal(answer.status, 404, target);
          assert.equal(answer.header('x-runner-request-id'), undefined, target);
        }
      });
    }

    it('serves discovery at the root and knows no other route there', async (t) => {
      const server = await backend.start('calls', 'rootBase');
      t.after(() => server.stop());
      const found = await exchange(server.port, { method: 'GET', target: '/discovery' });
      assert.equal(found.status, 200);
      for (const target of ['/', '/other', '/__runner/task/add']) {
        const answer = await exchange(server.port, { target });
        assert.equal(answer.status, 404, target);
        assert.equal(answer.json.error.code, 'NOT_FOUND', target);
      }
    });
  });
}
