/** `nativeExposure` in the workers of a front. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, type TestContext } from 'node:test';
import { FrontProcess } from '../harness/front_process';
import { it } from '../harness/it';
import { exchange } from '../harness/request';

const APP = join(__dirname, '../children/exposure-worker.js');

function serve(t: TestContext, environment: Record<string, string> = {}): FrontProcess {
  const front = new FrontProcess(APP, environment);
  t.after(() => front.stop());
  return front;
}

async function ask(port: number, task: string) {
  const headers = { 'x-runner-token': 'secret' };
  const { status, json } = await exchange(port, { target: `/__runner/task/${task}`, headers, body: '{}' });
  assert.equal(status, 200);
  return json.result;
}

describe('nativeExposure in a worker', () => {
  for (const choice of ['', 'require', 'off']) {
    it(`serves through the front, without the addon, with RUNNER_NATIVE=${choice}`, async (t) => {
      const front = serve(t, { RUNNER_NATIVE: choice });
      const port = await front.port();
      const { address, hasAddon } = await ask(port, 'look');
      assert.deepEqual(address, { address: '127.0.0.1', family: 'IPv4', port });
      assert.equal(hasAddon, false);
    });
  }

  it('disposes its resources when the front has no more use for it', async () => {
    const front = new FrontProcess(APP, {});
    await ask(await front.port(), 'look');
    await front.stop();
    await front.says(/^\[worker 1\] the store is closed$/);
  });

  it('leaves when the app is disposed, and another worker takes its place', async (t) => {
    const front = serve(t);
    const port = await front.port();
    const { pid } = await ask(port, 'look');
    assert.equal(await ask(port, 'stop'), 'stops');
    await front.says(/^\[worker 1\] the store is closed$/);
    await front.says(/^rust-tunnel: worker 1 \(pid \d+\) is ready$/, 2);
    assert.notEqual((await ask(port, 'look')).pid, pid);
    assert.doesNotMatch(front.all, /is gone/);
  });
});
