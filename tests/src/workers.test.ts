/** Workers that crash, leave, do not start or do not react, and what clients and operators see of it. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext } from 'node:test';
import { patterned } from './apps/streams';
import { it } from './harness/it';
import { Pieces } from './harness/pieces';
import { RawConnection } from './harness/raw';
import { callTask, request, taskRequest } from './harness/request';
import { sha256 } from './harness/streams';
import { childrenOf, runs, Supervised } from './harness/supervised';
import { until } from './long/tools/processes';

const ID = 'x-runner-request-id';
const GONE_MS = 5_000;

/** The process of the worker that last said that it will say no more. */
function silentOne({ printed }: Supervised): number {
  const [line] = printed.filter(({ text }) => text.includes('is silent')).slice(-1);
  return Number(line?.text.split(' ').at(-1));
}

function start(t: TestContext, args: readonly string[], env: Record<string, string> = {}): Supervised {
  return Supervised.start(t, { app: 'children/crew.js', args, env });
}

async function started(t: TestContext, workers: number, args: readonly string[] = []) {
  const front = start(t, ['--workers', String(workers), ...args]);
  const port = await front.port();
  const pids = await front.ready(workers);
  return { front, port, pids };
}

/** Starts a call over a connection of its own, and gives which worker it runs in. */
async function held(
  t: TestContext,
  front: Supervised,
  port: number,
  id: string,
  input: unknown,
  headers = {},
) {
  const connection = await RawConnection.open(port);
  t.after(() => connection.leave());
  const from = front.printed.length;
  connection.write(request(taskRequest(id, input, headers)));
  const pattern = /^\[worker \d+\] (?:started|pauses|blocks) .*?(\d+)$/;
  const line = await front.line(pattern, { among: front.printed, from });
  return { connection, pid: Number(pattern.exec(line.text)?.[1]) };
}

const gone = (pid: number): Promise<unknown> => until(`${pid} is gone`, GONE_MS, () => !runs(pid));

/** Until the front knows: calls before that may still be given to the worker. */
const noticed = (front: Supervised, pid: number): Promise<unknown> =>
  front.line(new RegExp(`^rust-tunnel: worker \\d+ \\(pid ${pid}\\) is gone `));

async function ends(front: Supervised, pids: readonly number[]): Promise<void> {
  assert.equal(await front.stop(), 'code 0');
  assert.deepEqual([...pids, ...front.seen].filter(runs), []);
  assert.deepEqual(front.files(), []);
}

/** A name for a file in a folder of its own. */
function place(t: TestContext, name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'crew-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, name);
}

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
    await until('no worker runs', GONE_MS, () => !children.some(runs));
  });
});
