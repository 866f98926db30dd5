/** Workers that are killed, and what becomes of their calls and of those of others. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { describe, type TestContext } from 'node:test';
import { patterned } from '../apps/streams';
import { ends, gone, held, ID, noticed, place, start, started } from '../harness/crew';
import { it } from '../harness/it';
import { Pieces } from '../harness/pieces';
import { callTask, request, taskRequest } from '../harness/request';
import { sha256 } from '../harness/streams';
import { runs } from '../harness/supervised';

describe('a worker that is killed', () => {
  it('fails the calls that it had, each with its own id, and another comes in its place', async (t) => {
    const { front, port, pids } = await started(t, 2);
    const calls = [];
    for (const name of ['a', 'b', 'c', 'd']) {
      calls.push({ name, ...(await held(t, front, port, 'hold', name, { [ID]: name })) });
    }
    const victim = calls[0]?.pid ?? 0;
    process.kill(victim, 'SIGKILL');
    const [lost, kept] = [
      calls.filter(({ pid }) => pid === victim),
      calls.filter(({ pid }) => pid !== victim),
    ];
    for (const { name, connection } of lost) {
      const answer = await connection.read();
      assert.equal(answer.status, 502);
      assert.equal(answer.json.error.code, 'WORKER_LOST');
      assert.equal(answer.header(ID), name);
      // The connection goes on.
      assert.equal((await connection.write(request(taskRequest('pid'))).read()).status, 200);
    }
    const { text } = await front.line(new RegExp(`\\(pid ${victim}\\) is gone`));
    const many = `${lost.length} calls? w(?:as|ere) lost`;
    assert.match(
      text,
      new RegExp(`^rust-tunnel: worker [12] \\(pid ${victim}\\) is gone \\(signal 9\\); ${many}$`),
    );
    assert.ok(kept.length > 0, 'both have calls');
    for (const { name, connection, pid } of kept) {
      connection.leave();
      await front.line(new RegExp(`^\\[worker [12]\\] aborted ${name}$`), { among: front.printed });
      assert.ok(runs(pid));
    }
    await front.ready(2);
    assert.equal(front.seen.size, 3);
    await ends(front, pids);
  });

  it('has a call repeated once that may be: by another worker', async (t) => {
    const { front, port, pids } = await started(t, 2);
    const headers = { 'Idempotency-Key': 'k', [ID]: 'mine' };
    const { connection, pid } = await held(t, front, port, 'second', place(t, 'begun'), headers);
    process.kill(pid, 'SIGKILL');
    const answer = await connection.read();
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.header(ID), 'mine');
    assert.equal(
      answer.json.result,
      pids.find((other) => other !== pid),
    );
    await ends(front, pids);
  });

  it('has no call repeated twice', async (t) => {
    const { front, port, pids } = await started(t, 2);
    const { connection, pid } = await held(t, front, port, 'hold', 'x', {
      'Idempotency-Key': 'k',
      [ID]: 'mine',
    });
    process.kill(pid, 'SIGKILL');
    const from = front.printed.length;
    await front.line(/ started x /, { among: front.printed, from });
    const [other = 0] = pids.filter((one) => one !== pid);
    process.kill(other, 'SIGKILL');
    const answer = await connection.read();
    assert.equal(answer.status, 502);
    assert.equal(answer.header(ID), 'mine');
    await ends(front, pids);
  });

  it('lets calls wait while it was the only one', async (t) => {
    const { front, port, pids } = await started(t, 1);
    const [pid = 0] = pids;
    process.kill(pid, 'SIGKILL');
    await noticed(front, pid);
    const answers = await Promise.all(Array.from({ length: 20 }, () => callTask(port, 'pid')));
    const [next] = await front.ready(1);
    for (const { text, json } of answers) assert.equal(json.result, next, text);
    await ends(front, pids);
  });

  it('leaves no more calls waiting than the queue takes', async (t) => {
    const file = place(t, 'way');
    const args = ['--workers', '1', '--queue-max', '2', '--queue-ms', '60000', '--ready-ms', '1000'];
    const front = start(t, args, { CREW_FILE: file });
    const port = await front.port();
    const [pid = 0] = await front.ready(1);
    // The next one keeps the calls waiting, and the one after it serves them.
    writeFileSync(file, 'silent');
    process.kill(pid, 'SIGKILL');
    await noticed(front, pid);
    await front.line(/is silent/, { among: front.printed });
    rmSync(file);
    const calls = Array.from({ length: 5 }, () => callTask(port, 'pid'));
    const done: number[] = [];
    for (const call of calls) void call.then(({ status }) => done.push(status));
    await Promise.all(calls);
    assert.deepEqual(done, [503, 503, 503, 200, 200]);
    await ends(front, [pid]);
  });

  it('does not disturb the bodies and answers of the others', async (t) => {
    const { front, port, pids } = await started(t, 2);
    const bytes = 4_000_000;
    const whole = patterned(bytes);
    const upload = await Pieces.open(port);
    t.after(() => upload.leave());
    const headers = { 'Content-Type': 'application/octet-stream', 'Content-Length': String(bytes) };
    upload.write(request({ target: '/__runner/task/digest', headers })).write(whole.subarray(0, bytes / 2));
    const reads = await front.line(/^\[worker \d+\] reads \d+$/, { among: front.printed });
    const busy = Number(reads.text.split(' ').at(-1));
    const victim = pids.find((pid) => pid !== busy) ?? 0;
    // Of the same worker: the other is given calls until it has one that stays.
    const download = await downloadOf(t, port, busy, bytes);
    process.kill(victim, 'SIGKILL');
    await front.line(new RegExp(`\\(pid ${victim}\\) is gone`));
    upload.write(whole.subarray(bytes / 2));
    await upload.has(sha256(whole));
    download.socket.resume();
    const text = await download.until((come) => come.endsWith('\r\n0\r\n\r\n'));
    assert.equal(sha256(unchunked(text)), sha256(whole));
    await ends(front, pids);
  });

  it('takes along what it has started', async (t) => {
    const { front, port, pids } = await started(t, 1);
    const child = (await callTask(port, 'parent')).json.result;
    assert.ok(runs(child));
    process.kill(pids[0] ?? 0, 'SIGKILL');
    await noticed(front, pids[0] ?? 0);
    await gone(child);
    await front.ready(1);
    await ends(front, pids);
  });

  it('breaks off the answer that it was giving, and the connection with it', async (t) => {
    const { front, port, pids } = await started(t, 1);
    const [pid = 0] = pids;
    const download = await downloadOf(t, port, pid, 50_000_000);
    process.kill(pid, 'SIGKILL');
    await noticed(front, pid);
    download.socket.resume();
    const text = await download.end();
    assert.ok(!text.endsWith('\r\n0\r\n\r\n') && text.length < 50_000_000);
    assert.equal((await callTask(port, 'pid')).status, 200);
    await ends(front, pids);
  });
});

/** A download from this worker, of which the client has not read more than the beginning. */
async function downloadOf(t: TestContext, port: number, pid: number, bytes: number): Promise<Pieces> {
  for (;;) {
    const client = await Pieces.open(port);
    t.after(() => client.leave());
    client.write(request(taskRequest('give', bytes)));
    await client.has('\r\n\r\n');
    client.socket.pause();
    if (client.text.toLowerCase().includes(`\r\nx-pid: ${pid}\r\n`)) return client;
  }
}

/** The content of an answer that came in chunks, a character for a byte. */
function unchunked(text: string): Buffer {
  const pieces: string[] = [];
  for (let at = text.indexOf('\r\n\r\n') + 4; ; ) {
    const end = text.indexOf('\r\n', at);
    const size = Number.parseInt(text.slice(at, end), 16);
    if (size === 0) return Buffer.from(pieces.join(''), 'latin1');
    pieces.push(text.slice(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}
