import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe } from 'node:test';
import { runChild } from '../harness/child';
import { exposed } from '../harness/exposed';
import { it } from '../harness/it';
import { RawConnection } from '../harness/raw';
import { callTask, request, taskRequest } from '../harness/request';

describe('value.server of a native listener', () => {
  it('says where it listens', async (t) => {
    const { server, port } = await exposed(t);
    assert.equal(server.listening, true);
    assert.deepEqual(server.address(), { address: '127.0.0.1', family: 'IPv4', port });
  });

  it('closes: calls in flight end, then the callback and the event come', async (t) => {
    const { server, port, begun, open } = await exposed(t);
    const connection = await RawConnection.open(port);
    connection.write(request(taskRequest('gate', 'in flight')));
    await begun();
    let closed = 0;
    const event = once(server, 'close').then(() => {
      closed += 1;
    });
    const called = new Promise<void>((resolve) => {
      assert.equal(
        server.close(() => resolve()),
        server,
      );
    });
    assert.equal(server.listening, false);
    assert.equal(server.address(), null);
    assert.equal(closed, 0);
    open();
    const answer = await connection.read();
    assert.equal(answer.json.result, 'in flight');
    assert.equal(answer.header('connection'), 'close');
    await Promise.all([event, called]);
  });

  it('tells who closes it twice', async (t) => {
    const { server } = await exposed(t);
    server.close();
    await once(server, 'close');
    const error = await new Promise<Error | undefined>((resolve) => server.close(resolve));
    assert.equal((error as NodeJS.ErrnoException).code, 'ERR_SERVER_NOT_RUNNING');
  });

  it('is disposed of though it was closed before', async (t) => {
    const { server, dispose } = await exposed(t);
    server.close();
    await dispose();
  });

  it('has the timeouts of a fresh http.Server, and advertises a changed one', async (t) => {
    const { server, port } = await exposed(t);
    const { keepAliveTimeout, headersTimeout, requestTimeout, timeout } = server;
    assert.deepEqual(
      { keepAliveTimeout, headersTimeout, requestTimeout, timeout },
      { keepAliveTimeout: 5_000, headersTimeout: 60_000, requestTimeout: 300_000, timeout: 0 },
    );
    const connection = await RawConnection.open(port);
    assert.equal(
      (await connection.write(request(taskRequest('echo', 1))).read()).header('keep-alive'),
      'timeout=5',
    );
    server.keepAliveTimeout = 65_000;
    assert.equal(server.keepAliveTimeout, 65_000);
    assert.equal(
      (await connection.write(request(taskRequest('echo', 1))).read()).header('keep-alive'),
      'timeout=65',
    );
    connection.leave();
    assert.throws(() => {
      server.requestTimeout = Number.NaN;
    }, /requestTimeout must be a number from 0 on/);
  });

  it('cuts a client whose head takes longer than a changed headersTimeout', async (t) => {
    const { server, port } = await exposed(t);
    server.headersTimeout = 200;
    const slow = await RawConnection.open(port);
    slow.write('POST /__runner/task/echo HTTP/1.1\r\nHost: a\r\n');
    assert.equal((await slow.read()).status, 408);
    await slow.closed;
  });

  it('closes idle connections, and only those', async (t) => {
    const { server, port, begun, open } = await exposed(t);
    const idle = await RawConnection.open(port);
    await idle.write(request(taskRequest('echo', 1))).read();
    const busy = await RawConnection.open(port);
    busy.write(request(taskRequest('gate', 'busy')));
    await begun();
    server.closeIdleConnections();
    await idle.closed;
    open();
    assert.equal((await busy.read()).json.result, 'busy');
    assert.equal((await callTask(port, 'echo', 'still there')).json.result, 'still there');
    busy.leave();
  });

  it('closes all connections, and goes on listening', async (t) => {
    const { server, port, begun } = await exposed(t);
    const busy = await RawConnection.open(port);
    busy.write(request(taskRequest('gate', 'busy')));
    await begun();
    server.closeAllConnections();
    await busy.closed;
    assert.equal((await callTask(port, 'echo', 'still there')).json.result, 'still there');
  });

  it('counts connections', async (t) => {
    const { server, port } = await exposed(t);
    const count = (): Promise<number> =>
      new Promise((resolve, reject) => {
        server.getConnections((error, connections) => (error ? reject(error) : resolve(connections)));
      });
    assert.equal(await count(), 0);
    const connection = await RawConnection.open(port);
    await connection.write(request(taskRequest('echo', 1))).read();
    assert.equal(await count(), 1);
    connection.leave();
  });

  it('lets a new connection wait above maxConnections', async (t) => {
    const { server, port } = await exposed(t);
    server.maxConnections = 1;
    assert.equal(server.maxConnections, 1);
    const first = await RawConnection.open(port);
    await first.write(request(taskRequest('echo', 1))).read();
    const second = await RawConnection.open(port);
    second.write(request(taskRequest('echo', 2)));
    first.leave();
    assert.equal((await second.read()).json.result, 2);
    second.leave();
  });

  it('does not keep the process once it is unreferenced', async () => {
    const { code, stderr } = await runChild('unreferenced');
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  });
});
