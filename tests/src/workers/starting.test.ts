/** Workers that crash, hang or differ when they start, and what clients and operators see of it. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { describe } from 'node:test';
import { ends, gone, ID, place, silentOne, start } from '../harness/crew';
import { it } from '../harness/it';
import { callTask } from '../harness/request';

describe('workers that do not start', () => {
  it('at all because they crash end the front, which says why', async (t) => {
    const front = start(t, ['--workers', '2'], { CREW: 'crashes' });
    assert.equal(await front.ended, 'code 1');
    const lines = front.said.map(({ text }) => text);
    assert.ok(
      lines.some((text) => /^\[worker [12]\] no database$/.test(text)),
      lines.join('\n'),
    );
    assert.match(lines.at(-1) ?? '', /^rust-tunnel: worker [12] did not start: .*exit code 3/);
    assert.deepEqual(front.printed, []);
    assert.deepEqual(front.files(), []);
  });

  it('any more let calls wait, then refuse them, until one starts', async (t) => {
    const file = place(t, 'way');
    const front = start(t, ['--workers', '1', '--queue-ms', '200'], { CREW_FILE: file });
    const port = await front.port();
    const [pid = 0] = await front.ready(1);
    writeFileSync(file, 'crashes');
    process.kill(pid, 'SIGKILL');
    await gone(pid);
    await front.line(/^rust-tunnel: no worker starts; calls are refused until one does: /);
    // Later each time.
    const pattern = /^rust-tunnel: worker 1 did not start: .*exit code 3.*; next try in (\d+) ms$/;
    const waits = (): number[] => front.said.flatMap(({ text }) => pattern.exec(text)?.[1] ?? []).map(Number);
    await front.until('three failures', () => waits().length >= 3 || undefined);
    const [first = 0, , third = 0] = waits();
    assert.ok(third > first, `waits of ${waits()} ms`);
    const refused = await callTask(port, 'pid', undefined, { [ID]: 'mine' });
    assert.equal(refused.status, 503);
    assert.equal(refused.json.error.code, 'NO_WORKER');
    assert.equal(refused.header(ID), 'mine');
    assert.equal(refused.header('retry-after'), '1');
    rmSync(file);
    const [next = 0] = await front.ready(1);
    assert.equal((await callTask(port, 'pid')).json.result, next);
    await ends(front, [pid]);
  });

  it('because they never call serveWorker are given up after --ready-ms', async (t) => {
    const front = start(t, ['--workers', '1', '--ready-ms', '300'], { CREW: 'silent' });
    assert.equal(await front.ended, 'code 1');
    const { text } = await front.line(/did not start/);
    assert.match(text, /^rust-tunnel: worker 1 did not start: .*300 ms.*serveWorker/);
    await gone(silentOne(front));
    assert.deepEqual(front.files(), []);
  });

  it('in time do not keep the front from its end', async (t) => {
    const file = place(t, 'way');
    const front = start(t, ['--workers', '2'], { CREW_FILE: file });
    await front.port();
    const [killed = 0, kept = 0] = await front.ready(2);
    writeFileSync(file, 'silent');
    const silent = /is silent/;
    const from = front.printed.length;
    process.kill(killed, 'SIGKILL');
    await front.line(silent, { among: front.printed, from });
    await ends(front, [killed, kept, silentOne(front)]);
  });

  it('in the place of others leave these where they are', async (t) => {
    const file = place(t, 'way');
    const front = start(t, ['--workers', '1', '--ready-ms', '1000'], { CREW_FILE: file });
    const port = await front.port();
    const [pid = 0] = await front.ready(1);
    for (const way of ['crashes', 'silent', 'differs']) {
      writeFileSync(file, way);
      const from = front.said.length;
      front.signal('SIGHUP');
      await front.line(
        new RegExp(`^rust-tunnel: worker 1 did not start: .*; worker 1 \\(pid ${pid}\\) is kept$`),
        {
          from,
        },
      );
      assert.equal((await callTask(port, 'pid')).json.result, pid, way);
    }
    rmSync(file);
    front.signal('SIGHUP');
    await gone(pid);
    assert.equal((await callTask(port, 'pid')).status, 200);
    await ends(front, []);
  });

  it('because they have other settings than the others are refused', async (t) => {
    const front = start(t, ['--workers', '2'], { CREW: 'differs' });
    const port = await front.port();
    const { text } = await front.line(/^rust-tunnel: worker [12] did not start: .*maxInFlight/);
    assert.match(text, /\b700\b/);
    assert.match(text, /\b800\b/);
    // Whichever came first serves.
    const pids = await front.ready(1);
    assert.equal((await callTask(port, 'pid')).json.result, pids[0]);
    await ends(front, pids);
  });
});
