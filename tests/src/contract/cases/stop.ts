import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { r } from '@bluelibs/runner/node';
import { RawConnection } from '../../harness/raw';
import type { Act, Table } from '../case';
import { bytes } from '../observation';
import { call } from '../requests';
import { ask, listening } from './exchange';

/** What connecting says, once the listener is gone: ours goes in a thread of its own, a moment after `close()`. */
async function refused(port: number): Promise<unknown> {
  for (;;) {
    const said = await connecting(port);
    if (said !== 'connected' && said !== 'ECONNRESET') return said;
    await new Promise(setImmediate);
  }
}

async function connecting(port: number): Promise<unknown> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return 'connected';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  } finally {
    socket.destroy();
  }
}

/** D16: a client that holds its connection while the app stops. */
function holds(does: string, sent: string): Act {
  return {
    rows: ['D16', '2.4/silent'],
    does,
    async act(stage) {
      const side = await stage.start();
      const silent = await RawConnection.open(side.port);
      stage.after(() => silent.leave());
      if (sent !== '') silent.write(sent);
      // The server has taken the connection, and its bytes, once it has answered a later one.
      await ask(side.port, call('echo', 1));
      const order: string[] = [];
      const disposing = side.runtime.dispose().then(() => order.push('disposed'));
      if (side.name === 'stock') {
        await refused(side.port);
        for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        order.push('left');
        silent.leave();
      }
      await disposing;
      return order;
    },
    is: ['left', 'disposed'],
    differs: { by: 'D16', ours: ['disposed'] },
  };
}

const acts: Act[] = [
  {
    rows: ['2.4/refused'],
    does: 'nobody can connect any more',
    async act(stage) {
      const side = await stage.start();
      const before = await ask(side.port, call('echo', 1));
      await side.runtime.dispose();
      return [
        before,
        await refused(side.port),
        side.handlers.server?.listening,
        side.handlers.server?.address(),
      ];
    },
    is: [200, 'ECONNREFUSED', false, null],
  },
  {
    rows: ['2.4/in-flight'],
    does: 'what is in flight is answered',
    async act(stage) {
      const side = await stage.start();
      const connection = await RawConnection.open(side.port);
      connection.write(bytes(call('wait', 'stop')));
      await side.notes.noted('waits stop');
      const closing = side.handlers.close();
      const connecting = await refused(side.port);
      side.parts.gate.open();
      const { status, text } = await connection.read();
      connection.leave();
      await closing;
      return { connecting, status, text };
    },
    is: { connecting: 'ECONNREFUSED', status: 200, text: '{"ok":true,"result":"stop"}' },
  },
  {
    rows: ['2.4/in-flight', 'D16'],
    does: 'and its connection',
    async act(stage) {
      const side = await stage.start();
      const connection = await RawConnection.open(side.port);
      connection.write(bytes(call('wait', 'stop')));
      await side.notes.noted('waits stop');
      const closing = side.handlers.close();
      side.parts.gate.open();
      const answer = await connection.read();
      connection.leave();
      await closing;
      return answer.header('connection');
    },
    is: 'keep-alive',
    differs: { by: 'D16', ours: 'close' },
  },
  {
    rows: ['2.4/idle'],
    does: 'idle connections are closed at once',
    async act(stage) {
      const side = await stage.start();
      const connection = await RawConnection.open(side.port);
      const { status } = await connection.write(bytes(call('echo', 1))).read();
      const closing = side.handlers.close();
      await connection.closed;
      connection.leave();
      await closing;
      return status;
    },
    is: 200,
  },
  holds('a connection that says nothing', ''),
  holds('half a head', 'POST /__runner/task/echo HTTP/1.1\r\nHost'),
  {
    rows: ['2.4/foreign'],
    does: 'other servers are left, not closed',
    async act(stage) {
      const given = createServer((req, res) => {
        if (!req.url?.startsWith('/__runner')) res.writeHead(299).end();
      });
      const port = await listening(given, stage);
      const side = await stage.start({ http: () => ({ server: given }) });
      const before = await ask(port, call('echo', 1));
      await side.runtime.dispose();
      return [before, given.listening, given.listenerCount('request'), await ask(port, { target: '/other' })];
    },
    is: [200, true, 1, 299],
  },
  {
    rows: ['2.4/order'],
    does: 'what it does not depend on may end before it',
    async act(stage) {
      const order: string[] = [];
      const early = r
        .resource('contract.early')
        .init(async () => 'early')
        .dispose(async () => {
          order.push('early disposed');
        })
        .build();
      const side = await stage.start({ later: () => [early] });
      const connection = await RawConnection.open(side.port);
      connection.write(bytes(call('wait', 'stop')));
      await side.notes.noted('waits stop');
      const disposing = side.runtime.dispose().then(() => order.push('disposed'));
      await refused(side.port);
      side.parts.gate.open();
      order.push(`answered ${(await connection.read()).status}`);
      connection.leave();
      await disposing;
      return order;
    },
    is: ['early disposed', 'answered 200', 'disposed'],
  },
  {
    rows: ['2.4/again'],
    does: 'the port can be taken again',
    async act(stage) {
      const first = await stage.start();
      await first.runtime.dispose();
      const second = await stage.start({ http: () => ({ listen: { port: first.port } }) });
      return [second.port === first.port, await ask(second.port, call('echo', 1))];
    },
    is: [true, 200],
  },
];

export const stop: Table[] = [{ name: 'the end', cases: acts }];
