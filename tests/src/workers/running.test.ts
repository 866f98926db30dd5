/** Workers that do not react, are old, are to restart or to end, and what is left of them. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe } from 'node:test';
import { ends, gone, held, ID, place, started } from '../harness/crew';
import { it } from '../harness/it';
import { RawConnection } from '../harness/raw';
import { callTask } from '../harness/request';
import { childrenOf, runs } from '../harness/supervised';

describe('workers that run', () => {
  it('have their output passed on, with their number before each line', async (t) => {
    const { front } = await started(t, 2);
    for (const worker of [1, 2]) {
      const lines = (of: readonly { text: string }[]): string[] =>
        of.map(({ text }) => text).filter((text) => text.startsWith(`[worker ${worker}] `));
      assert.deepEqual(lines(front.printed), [`[worker ${worker}] starts`]);
      assert.deepEqual(lines(front.said), [`[worker ${worker}] has its own errors`]);
    }
    await ends(front, []);
  });

  it('hear of clients that leave', async (t) => {
    const { front, port } = await started(t, 2);
    for (const [at, way] of (['leave', 'reset', 'halfClose'] as const).entries()) {
      const name = `${way}${at}`;
      const { connection } = await held(t, front, port, 'hold', name);
      connection[way]();
      await front.line(new RegExp(`^\\[worker [12]\\] aborted ${name}$`), { among: front.printed });
    }
    await ends(front, []);
  });

  it('are replaced when their loop is blocked, if that is asked for', async (t) => {
    const args = ['--replace-blocked', '--heartbeat-ms', '100', '--blocked-ms', '1000'];
    const { front, port, pids } = await started(t, 2, args);
    const { connection, pid } = await held(t, front, port, 'block', undefined, { [ID]: 'mine' });
    await front.line(new RegExp(`\\(pid ${pid}\\) does not react \\(for \\d+ ms\\)$`));
    await front.line(new RegExp(`\\(pid ${pid}\\) is replaced: blocked$`));
    const answer = await connection.read();
    assert.deepEqual(
      [answer.status, answer.json.error.code, answer.header(ID)],
      [502, 'WORKER_LOST', 'mine'],
    );
    await gone(pid);
    await front.line(new RegExp(`\\(pid ${pid}\\) is gone \\(signal 9\\); 1 calls? w(?:as|ere) lost$`));
    // Each said once.
    const news = front.said.filter(({ text }) => text.includes(`(pid ${pid})`)).map(({ text }) => text);
    assert.equal(news.length, 4, news.join('\n'));
    await front.ready(2);
    await ends(front, pids);
  });

  it('are only reported when their loop is blocked, if it is not', async (t) => {
    const { front, port, pids } = await started(t, 2, ['--heartbeat-ms', '100', '--blocked-ms', '300']);
    const { pid } = await held(t, front, port, 'pause', 1_000);
    await front.line(new RegExp(`\\(pid ${pid}\\) does not react \\(for \\d+ ms\\)$`));
    await front.line(new RegExp(`\\(pid ${pid}\\) reacts again$`));
    assert.deepEqual(await front.ready(2), pids);
    await ends(front, pids);
  });

  it('are replaced after --max-lifetime-ms, without a failure', async (t) => {
    const { front, port, pids } = await started(t, 1, ['--max-lifetime-ms', '500']);
    const [pid = 0] = pids;
    await front.line(new RegExp(`\\(pid ${pid}\\) is replaced: lifetime$`));
    while (runs(pid)) assert.equal((await callTask(port, 'pid')).status, 200);
    await ends(front, pids);
  });

  it('are restarted one after the other on SIGHUP, and finish the calls that they have', async (t) => {
    const { front, port, pids } = await started(t, 2);
    const file = place(t, 'go');
    const calls = [await held(t, front, port, 'until', file), await held(t, front, port, 'until', file)];
    front.signal('SIGHUP');
    await front.until('two new workers', () => front.seen.size === 4 || undefined);
    const next = await front.ready(2);
    for (const _ of pids) {
      const { result } = (await callTask(port, 'pid')).json;
      assert.ok(next.includes(result), `${result} of ${next}`);
    }
    assert.ok(pids.every(runs));
    writeFileSync(file, '');
    for (const { connection, pid } of calls) assert.equal((await connection.read()).json.result, pid);
    await Promise.all(pids.map(gone));
    await ends(front, []);
  });

  it('finish their calls before the front ends', async (t) => {
    const { front, port, pids } = await started(t, 2);
    const file = place(t, 'go');
    const { connection, pid } = await held(t, front, port, 'until', file);
    const idle = await RawConnection.open(port);
    t.after(() => idle.leave());
    front.signal('SIGTERM');
    // The front has begun to end when it closes what is idle.
    await idle.closed;
    writeFileSync(file, '');
    assert.equal((await connection.read()).json.result, pid);
    await ends(front, pids);
  });

  it('do not keep the front beyond --grace-ms', async (t) => {
    const { front, port, pids } = await started(t, 2, ['--grace-ms', '200']);
    const { connection } = await held(t, front, port, 'hold', 'x');
    await held(t, front, port, 'block', undefined);
    await ends(front, pids);
    await connection.closed;
  });

  it('end with a front that is killed, also when they are blocked', async (t) => {
    const { front, port } = await started(t, 2);
    await held(t, front, port, 'block', undefined);
    const children = childrenOf(front.pid);
    assert.equal(children.length, 2);
    front.signal('SIGKILL');
    await front.ended;
    await Promise.all(children.map(gone));
  });
});
