import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { type Ended, runChild, startChild } from './harness/child';
import { it } from './harness/it';
import { RawConnection } from './harness/raw';
import { callTask, request, taskRequest } from './harness/request';

/** Ended with this code, by itself, and without a word of complaint. */
function assertClean({ code, signal, stderr }: Ended, expected = 0): void {
  assert.deepEqual({ code, signal, stderr }, { code: expected, signal: null, stderr: '' });
}

describe('a process with a server', () => {
  for (const way of [
    'made only',
    'closed at once',
    'unref after',
    'unref before',
    'thread terminated',
    'taken port',
  ]) {
    it(`ends by itself: ${way}`, async () => {
      assertClean(await runChild('exits', [way]));
    });
  }

  it('keeps its exit code', async () => {
    assertClean(await runChild('exits', ['exit while listening']), 7);
  });

  for (const way of ['listening', 'ref again']) {
    it(`stays until the server is closed, and ends then: ${way}`, async () => {
      const child = startChild('exits', [way]);
      const port = Number(await child.firstLine);
      assert.equal((await callTask(port, 'echo', 'here')).json.result, 'here');
      assert.equal((await callTask(port, 'close')).status, 200);
      assertClean(await child.ended);
    });
  }

  it('ends though a handler never settles, once the server is closed', async () => {
    const child = startChild('exits', ['listening']);
    const port = Number(await child.firstLine);
    const hung = await RawConnection.open(port);
    hung.write(request(taskRequest('never')));
    await assert.rejects(callTask(port, 'cut'), /ended the connection/);
    await hung.closed;
    assertClean(await child.ended);
  });

  it('ends cleanly by process.exit() with work queued', async (t) => {
    const child = startChild('exits', ['listening']);
    const port = Number(await child.firstLine);
    const connections = await Promise.all(Array.from({ length: 16 }, () => RawConnection.open(port)));
    t.after(() => connections.forEach((connection) => void connection.leave()));
    const large = request(taskRequest('echo', 'x'.repeat(50_000)));
    for (const [at, connection] of connections.entries()) {
      connection.write(at === 8 ? request(taskRequest('exit')) : Buffer.concat([large, large, large]));
    }
    assertClean(await child.ended, 7);
    await Promise.all(connections.map((connection) => connection.closed));
  });

  it('ends with the code of an uncaught exception, and by no signal', async () => {
    const child = startChild('exits', ['listening']);
    const port = Number(await child.firstLine);
    await assert.rejects(callTask(port, 'crash'), /ended the connection/);
    const { code, signal, stderr } = await child.ended;
    assert.deepEqual({ code, signal }, { code: 1, signal: null });
    assert.match(stderr, /Error: expected/);
  });
});
