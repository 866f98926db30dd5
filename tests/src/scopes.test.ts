import assert from 'node:assert/strict';
import { describe, type TestContext } from 'node:test';
import { runChild } from './harness/child';
import { startFront } from './harness/front';
import { it } from './harness/it';
import { NODE_VERSIONS, NODES_ARE_EXPECTED, nodeBinary } from './harness/nodes';
import { callTask } from './harness/request';

/** The binary, or a failure where there must be one, or a skipped test where there is none. */
function find(version: string, t: TestContext): string | undefined {
  const node = nodeBinary(version);
  if (node === undefined) {
    const missing = `Node ${version} is not installed in tests/nodes (npm ci --prefix tests/nodes)`;
    assert.ok(!NODES_ARE_EXPECTED, missing);
    t.skip(`${missing}; no binaries for ${process.platform}-${process.arch} are expected`);
  }
  return node;
}

describe('async scopes', () => {
  for (const version of NODE_VERSIONS) {
    it(`are separate on Node ${version}, in this process`, async (t) => {
      const node = find(version, t);
      if (node === undefined) return;
      const { code, stdout, stderr } = await runChild('scopes', [], node);
      assert.equal(stderr, '');
      assert.equal(stdout, 'scopes are separate\n');
      assert.equal(code, 0);
    });

    it(`are separate on Node ${version}, in a worker`, async (t) => {
      const node = find(version, t);
      if (node === undefined) return;
      const server = await startFront('calls', 'plain', node);
      t.after(() => server.stop());
      for (const name of ['one', 'two', 'three']) {
        const answer = await callTask(server.port, 'storage', name);
        assert.deepEqual(answer.json, { ok: true, result: null }, name);
      }
    });
  }
});
