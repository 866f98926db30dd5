import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe } from 'node:test';
import { runChild } from './harness/child';
import { it } from './harness/it';
import { gated } from './harness/native';
import { RawConnection } from './harness/raw';
import { callTask, request, taskRequest } from './harness/request';

const HAS_IPV6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
);

describe('listen()', () => {
  it('resolves with the address, which address() gives as well', async (t) => {
    const { server } = gated(t);
    assert.equal(server.address(), null);
    const address = await server.listen();
    assert.deepEqual(Object.keys(address).sort(), ['address', 'family', 'port']);
    assert.equal(address.address, '127.0.0.1');
    assert.equal(address.family, 'IPv4');
    assert.ok(address.port > 0);
    assert.deepEqual(server.address(), address);
  });

  it('rejects for a taken port as http.Server does, and can be tried again', async (t) => {
    const other = createServer().listen(0, '127.0.0.1');
    t.after(() => other.close());
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { server } = gated(t, { port });
    for (let attempt = 0; attempt < 2; attempt++) {
      await assert.rejects(server.listen(), {
        name: 'Error',
        code: 'EADDRINUSE',
        syscall: 'listen',
        address: '127.0.0.1',
        port,
        message: `listen EADDRINUSE: address already in use 127.0.0.1:${port}`,
      });
      assert.equal(server.address(), null);
    }
    other.close();
    await once(other, 'close');
    assert.equal((await server.listen()).port, port);
    assert.equal((await callTask(port, 'keep', 'x')).status, 200);
  });

  it('rejects for a port that another server of ours has', async (t) => {
    const [one, two] = [gated(t), gated(t)];
    const { port } = await one.server.listen();
    const second = gated(t, { port });
    await assert.rejects(second.server.listen(), { code: 'EADDRINUSE' });
    await two.server.listen();
  });

  it('shares the port with reusePort', async (t) => {
    const one = gated(t, { reusePort: true });
    const { port } = await one.server.listen();
    const two = gated(t, { port, reusePort: true });
    assert.equal((await two.server.listen()).port, port);
    for (let round = 0; round < 8; round++) assert.equal((await callTask(port, 'keep', 'x')).status, 200);
  });

  it('rejects while it listens and when it is called twice', async (t) => {
    const { server } = gated(t);
    const first = server.listen();
    await assert.rejects(server.listen(), /this server is (starting|listening)/);
    await first;
    await assert.rejects(server.listen(), /this server is listening/);
  });

  it('rejects for a name that no resolver knows', async (t) => {
    const { server } = gated(t, { host: 'no-such-host.invalid' });
    await assert.rejects(server.listen(), (error: NodeJS.ErrnoException) => {
      assert.match(error.code ?? '', /^(ENOTFOUND|EAI_AGAIN)$/);
      return true;
    });
  });

  it('takes names', async (t) => {
    const { server } = gated(t, { host: 'localhost' });
    const { port, address } = await server.listen();
    assert.ok(['127.0.0.1', '::1'].includes(address), address);
    const connection = await RawConnection.open(port, address);
    t.after(() => connection.leave());
    assert.equal((await connection.write(request(taskRequest('keep', 'x'))).read()).status, 200);
  });

  it('takes IPv6 addresses', async (t) => {
    if (!HAS_IPV6) return t.skip('this machine has no ::1');
    const { server } = gated(t, { host: '::1' });
    const { port, address, family } = await server.listen();
    assert.deepEqual([address, family], ['::1', 'IPv6']);
    const connection = await RawConnection.open(port, '::1');
    t.after(() => connection.leave());
    const headers = { Host: `[::1]:${port}` };
    assert.equal((await connection.write(request(taskRequest('keep', 'x', headers))).read()).status, 200);
  });

  it('serves from several threads', async (t) => {
    const { server } = gated(t, { ioThreads: 2 });
    const { port } = await server.listen();
    const connections = await Promise.all(Array.from({ length: 32 }, () => RawConnection.open(port)));
    t.after(() => connections.forEach((connection) => void connection.leave()));
    const answers = connections.map((connection, at) =>
      connection.write(request(taskRequest('keep', `client ${at}`))).read(),
    );
    const names = (await Promise.all(answers)).map((answer) => answer.json.result);
    assert.deepEqual(
      names,
      connections.map((_, at) => `client ${at}`),
    );
    assert.equal(server.stats().connections, 32);
    await server.close();
    await Promise.all(connections.map((connection) => connection.closed));
  });
});

describe('listen() under cluster', () => {
  it('names reusePort when another worker has the port', async () => {
    const { code, stdout, stderr } = await runChild('cluster', ['alone']);
    assert.equal(stderr, '');
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
    assert.equal(error.code, 'EADDRINUSE');
    assert.match(error.message, /reusePort: true/);
    assert.equal(code, 0);
  });

  it('shares the port with reusePort', async () => {
    const { code, stdout, stderr } = await runChild('cluster', ['shared']);
    assert.equal(stderr, '');
    assert.deepEqual(JSON.parse(stdout), { same: true });
    assert.equal(code, 0);
  });
});
