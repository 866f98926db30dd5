import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { runChild } from '../harness/child';
import { it } from '../harness/it';

describe('nativeExposure under cluster', () => {
  it('shares its port among the workers, which end when they are disconnected', async () => {
    const { code, stdout, stderr } = await runChild('exposure-cluster');
    assert.equal(stderr, '');
    assert.deepEqual(JSON.parse(stdout), { known: true, codes: [0, 0] });
    assert.equal(code, 0);
  });
});
