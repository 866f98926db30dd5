/** What becomes of streams when their server is closed, and what its numbers say of them. */
import assert from 'node:assert/strict';
import { describe, type TestContext } from 'node:test';
import { setTimeout as later } from 'node:timers/promises';
import { type TimeoutOptions, TunnelServer } from '@bluelibs/runner-native';
import { streams } from './apps/streams';
import { it } from './harness/it';
import { Logs, plainLogger } from './harness/logs';
import { exchange, request } from './harness/request';
import { calling, chunk, octetHead, plain } from './harness/streams';

const CHUNKED = { 'Transfer-Encoding': 'chunked' };

async function serving(
  t: TestContext,
  timeouts: TimeoutOptions = {},
): Promise<{ server: TunnelServer; logs: Logs; port: number }> {
  const logs = new Logs();
  const logger = plainLogger((record) => logs.add(record));
  const server = new TunnelServer({ port: 0, logger, timeouts });
  streams(server, logger.note);
  t.after(() => server.close({ graceMs: 0 }));
  const { port } = await server.listen();
  return { server, logs, port };
}

/** Word of a call's end crosses to Rust: its place is free soon after, or the test's time runs out. */
async function free(server: TunnelServer): Promise<void> {
  while (server.stats().inFlight > 0) await new Promise(setImmediate);
}

describe('streams and the end of their server', () => {
  it('count as calls in flight until their last byte', async (t) => {
    const { server, logs, port } = await serving(t);
    const client = await calling(t, { port }, request(plain('held', 0, { 'x-name': 'one' })));
    await client.has('first ');
    assert.equal(server.stats().inFlight, 1);
    await exchange(port, plain('open', 'one'));
    await client.has('last');
    await logs.noted('source closed', 'one');
    await free(server);
    assert.equal(server.stats().answered[200], 2);
  });

  it('may end in the grace of a close', async (t) => {
    const { server, logs, port } = await serving(t);
    const client = await calling(t, { port }, request(plain('held', 0, { 'x-name': 'one' })));
    const upload = await calling(t, { port }, octetHead('watch', { ...CHUNKED, 'x-name': 'two' }));
    upload.write(chunk('some bytes'));
    await client.has('first ');
    await logs.noted('started', 'two');
    await exchange(port, plain('open', 'none'));
    const closed = server.close({ graceMs: 5_000 });
    upload.write(chunk('more')).write('0\r\n\r\n');
    await upload.has('"bytes":14');
    client.leave();
    await closed;
    await logs.noted('source closed', 'one');
    assert.ok(!logs.records.some(({ message, data }) => message === 'aborted' && data === 'two'));
  });

  it('are cut when there is no grace', async (t) => {
    const { server, logs, port } = await serving(t);
    const down = await calling(t, { port }, request(plain('endless', 0, { 'x-name': 'down' })));
    await down.has('\r\n\r\n');
    const up = await calling(t, { port }, octetHead('watch', { ...CHUNKED, 'x-name': 'up' }));
    up.write(chunk('some bytes'));
    await logs.noted('started', 'up');
    await server.close({ graceMs: 0 });
    await Promise.all([down.end(), up.end()]);
    const source = logs.noted('source closed', 'down');
    const body = logs.until(({ message, data }) => message === 'body failed' && data.name === 'up');
    const inTime = Promise.all([source, body]).then(() => true);
    assert.ok(await Promise.race([inTime, later(2_000, false)]), JSON.stringify(logs.records));
  });
});

describe('streams and time', () => {
  it('end where the client takes nothing for too long', async (t) => {
    const { server, logs, port } = await serving(t, { writeMs: 200 });
    const client = await calling(t, { port }, request(plain('endless', 0, { 'x-name': 'stuck' })));
    await client.has('\r\n\r\n');
    client.socket.pause();
    await logs.noted('source closed', 'stuck');
    await logs.noted('aborted', 'stuck');
    await free(server);
  });

  it('give their place back where the body stops coming, also when its client leaves then', async (t) => {
    const { server, logs, port } = await serving(t, { requestMs: 100 });
    const head = octetHead('watch', { 'Content-Length': '100', 'x-name': 'stopped' });
    const client = await calling(t, { port }, head);
    client.write('some bytes');
    await logs.noted('started', 'stopped');
    await Promise.race([client.end(), later(1_000)]);
    client.leave();
    await Promise.race([logs.noted('aborted', 'stopped'), later(2_000)]);
    await free(server);
  });
});
