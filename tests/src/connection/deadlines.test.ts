/** Every deadline of a connection by itself, with other clients served while the fault is on. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, type TestContext } from 'node:test';
import type { TimeoutOptions } from '@bluelibs/runner-native';
import { it } from '../harness/it';
import { begin, type Gated, gated } from '../harness/native';
import { RawConnection } from '../harness/raw';
import { callTask, request, taskRequest } from '../harness/request';

const RAW_408 = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n';
const KEEP = request(taskRequest('keep', 'kept'));
/** More than the buffers of both ends of a connection hold. */
const FLOOD = 32 * 1024 * 1024;

interface Served extends Gated {
  readonly port: number;
  open(): Promise<RawConnection>;
  /** An ordinary call by another client. */
  call(): Promise<void>;
}

async function served(t: TestContext, timeouts: TimeoutOptions): Promise<Served> {
  const one = gated(t, { timeouts });
  const { port } = await one.server.listen();
  const open = async (): Promise<RawConnection> => {
    const connection = await RawConnection.open(port);
    t.after(() => connection.leave());
    return connection;
  };
  const call = async (): Promise<void> => {
    assert.equal((await callTask(port, 'keep', 'other')).json.result, 'other');
  };
  return { ...one, port, open, call };
}

/** Calls of another client, one after the other, until the connection is over. */
async function callsUntilClosed({ call }: Served, connection: RawConnection): Promise<number> {
  let over = false;
  void connection.closed.then(() => {
    over = true;
  });
  let calls = 0;
  for (; !over; calls++) await call();
  return calls;
}

describe('deadlines', () => {
  it('tell a silent client 408', async (t) => {
    const server = await served(t, { headMs: 100 });
    const silent = await server.open();
    assert.ok((await callsUntilClosed(server, silent)) > 0);
    assert.equal(await silent.rest(), RAW_408);
  });

  it('tell a client 408 whose head stops half-way, the first or a later one', async (t) => {
    const server = await served(t, { headMs: 100 });
    const [first, later] = [await server.open(), await server.open()];
    first.write(KEEP.subarray(0, 40));
    assert.equal((await later.write(KEEP).read()).status, 200);
    later.write(KEEP.subarray(0, 40));
    await Promise.all([callsUntilClosed(server, first), callsUntilClosed(server, later)]);
    assert.deepEqual([await first.rest(), await later.rest()], [RAW_408, RAW_408]);
  });

  it('give a dripping head no more time than another', async (t) => {
    const server = await served(t, { headMs: 300 });
    const [dripping, stopped] = [await server.open(), await server.open()];
    stopped.write('P');
    dripping.write('POST /__runner/task/keep HTTP/1.1\r\nHost: localhost\r\nx-drip: ');
    let over = false;
    void dripping.closed.then(() => {
      over = true;
    });
    let drops = 0;
    for (; !over; drops++) {
      dripping.write('.');
      await server.call();
    }
    assert.ok(drops > 1);
    assert.equal(await dripping.rest(), RAW_408);
    await stopped.closed;
  });

  it('answer 408 and close when a body does not end', async (t) => {
    const server = await served(t, { requestMs: 150 });
    const connection = await server.open();
    connection.write(KEEP.subarray(0, KEEP.length - 1));
    const answered = connection.read();
    await callsUntilClosed(server, connection);
    const answer = await answered;
    assert.equal(answer.status, 408);
    const error = { message: 'Request Timeout', code: 'REQUEST_TIMEOUT' };
    assert.deepEqual(answer.json, { ok: false, error });
    assert.equal(answer.header('connection'), 'close');
    assert.equal(await connection.rest(), '');
  });

  it('give a dripping body no more time than another', async (t) => {
    const server = await served(t, { requestMs: 300 });
    const connection = await server.open();
    connection.write(
      'POST /__runner/task/keep HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n',
    );
    const answered = connection.read();
    let done = false;
    void answered.then(() => {
      done = true;
    });
    for (; !done; ) {
      connection.write(' ');
      await server.call();
    }
    assert.equal((await answered).json.error.code, 'REQUEST_TIMEOUT');
    await connection.closed;
  });

  it('end an idle connection in silence, a second after what was announced', async (t) => {
    const server = await served(t, { keepAliveMs: 200 });
    const connection = await server.open();
    await connection.write(KEEP).read();
    const answeredAt = performance.now();
    await callsUntilClosed(server, connection);
    assert.equal(await connection.rest(), '');
    // Less a clock's grain; a server in a hurry would break clients that keep to the announcement.
    assert.ok(performance.now() - answeredAt > 1_150);
  });

  it('cut off a client that takes no byte of its answer', async (t) => {
    const server = await served(t, { writeMs: 200 });
    server.server.registerTask('flood', () => 'x'.repeat(FLOOD));
    const socket = connect({ port: server.port, host: '127.0.0.1' });
    t.after(() => socket.destroy());
    await once(socket, 'connect');
    socket.pause().write(request(taskRequest('flood')));
    const other = await server.open();
    const connections = async (): Promise<number> => {
      assert.equal((await other.write(KEEP).read()).status, 200);
      return server.server.stats().connections;
    };
    while (server.server.stats().queued > 0 || server.server.stats().inFlight > 0) await connections();
    while ((await connections()) > 1);
    let received = 0;
    // An end by a reset is one, too.
    const closed = new Promise((resolve) => socket.on('error', () => {}).once('close', resolve));
    socket.on('data', (chunk) => {
      received += chunk.length;
    });
    socket.resume();
    await closed;
    assert.ok(received < FLOOD, `${received} bytes of it came`);
  });

  it('never limit a handler, unless they are told to', async (t) => {
    const short = { headMs: 100, requestMs: 100, keepAliveMs: 100, writeMs: 100 };
    const server = await served(t, short);
    const held = await begin(t, server, 'hold', 'long');
    // Each of the others passes meanwhile.
    const [silent, idle, slow] = [await server.open(), await server.open(), await server.open()];
    await idle.write(KEEP).read();
    slow.write(KEEP.subarray(0, KEEP.length - 1));
    await Promise.all([silent.closed, idle.closed, slow.closed]);
    await callTask(server.port, 'open', 'long');
    assert.equal((await held.read()).json.result, 'long');

    const limited = await served(t, { ...short, handlerMs: 100 });
    const cut = await begin(t, limited, 'obey', 'cut');
    await limited.call();
    const answer = await cut.read();
    assert.equal(answer.status, 504);
    assert.equal(answer.json.error.code, 'HANDLER_TIMEOUT');
    await limited.logs.noted('aborted', 'cut');
  });
});
