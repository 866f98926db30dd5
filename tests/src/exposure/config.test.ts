import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { exposed } from '../harness/exposed';
import { it } from '../harness/it';
import { callTask, exchange } from '../harness/request';

describe('http.native', () => {
  for (const [native, message] of [
    [{ ioThreads: 0 }, /http\.native\.ioThreads must be/],
    [{ reusePort: 'yes' }, /http\.native\.reusePort must be/],
    [{ graceMs: -1 }, /http\.native\.graceMs must be/],
    [{ threads: 2 }, /http\.native.*threads/],
    [{ limits: { maxInFlight: 0 } }, /http\.native\.limits\.maxInFlight must be/],
    [{ timeouts: { keepAliveMs: 'long' } }, /http\.native\.timeouts\.keepAliveMs must be/],
    [
      { limits: { json: { maxSize: 1 } } },
      /http\.native\.limits\.json is no option; known here: maxInFlight/,
    ],
  ] as const) {
    it(`is checked: ${JSON.stringify(native)}`, async (t) => {
      await assert.rejects(exposed(t, { native: native as never }), message);
    });
  }

  it('serves with several threads', async (t) => {
    const { port } = await exposed(t, { native: { ioThreads: 2 } });
    for (let call = 0; call < 8; call++) assert.equal((await callTask(port, 'echo', call)).json.result, call);
  });

  it('refuses more calls in flight than it may', async (t) => {
    const { port, begun, open } = await exposed(t, { native: { limits: { maxInFlight: 1 } } });
    const first = callTask(port, 'gate', 1);
    await begun();
    const refused = await callTask(port, 'echo', 2);
    assert.deepEqual([refused.status, refused.json.error.code], [503, 'OVERLOADED']);
    open();
    assert.equal((await first).json.result, 1);
  });

  it('gives calls in flight so long at the end', async (t) => {
    const { port, begun, dispose } = await exposed(t, { native: { graceMs: 50 } });
    const cut = assert.rejects(callTask(port, 'gate', 1), /ended the connection/);
    await begun();
    await Promise.all([dispose(), cut]);
  });
});

describe('http of nativeExposure', () => {
  it('takes what is a bit off as the stock exposure does, with a warning', async (t) => {
    const cors = { exposedHeaders: 'x-one', methods: ['POST', 'bad\nname'] };
    const { port, logs } = await exposed(t, {
      cors: cors as never,
      auth: { token: ['', 'secret'] },
      limits: { json: { maxSize: '40' as never } },
      basePath: 'api/',
    });
    const headers = { 'x-runner-token': 'secret' };
    const send = (input: unknown) =>
      exchange(port, { target: '/api/task/echo', headers, body: JSON.stringify({ input }) });
    const answer = await send(1);
    assert.deepEqual([answer.status, answer.header('access-control-expose-headers')], [200, 'x-one']);
    assert.equal((await send('x'.repeat(40))).status, 413);
    const problems = logs
      .filter(({ message }) => message === 'exposure.config')
      .map(({ context }) => context);
    assert.equal(problems.length, 3, JSON.stringify(problems));
  });

  it('shows a wrong port as Node does', async (t) => {
    for (const port of [70_000, -1, 'http', 1.5]) {
      await assert.rejects(exposed(t, { listen: { port: port as never } }), { code: 'ERR_SOCKET_BAD_PORT' });
    }
    const { server } = await exposed(t, { listen: { port: '0' as never, host: 'localhost' } });
    assert.ok(server.listening);
  });
});
