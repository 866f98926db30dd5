import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { TunnelError, TunnelServer } from '@bluelibs/runner-native';
import { it } from './harness/it';
import { begin, gated } from './harness/native';
import { callTask, exchange } from './harness/request';

const noTask = (): never => {
  throw new Error('not to be called');
};

describe('a server and its handlers', () => {
  it('survives a handler that never settles', async (t) => {
    const one = gated(t);
    const { port } = await one.server.listen();
    one.server.registerTask('never', () => new Promise(() => {}));
    const hung = exchange(port, { target: '/__runner/task/never' });
    const cut = assert.rejects(hung, /ended the connection/);
    assert.equal((await callTask(port, 'keep', 'x')).status, 200);
    await one.server.close({ graceMs: 0 });
    await cut;
  });

  it('survives a handler that settles after the close', async (t) => {
    for (const end of ['resolve', 'reject'] as const) {
      const one = gated(t);
      await one.server.listen();
      let settle: (() => void) | undefined;
      one.server.registerTask('late', (_input: unknown, { signal }) => {
        signal.addEventListener('abort', () => one.logs.add({ level: 'note', message: 'cut', data: 0 }));
        return new Promise((resolve, reject) => {
          one.logs.add({ level: 'note', message: 'started', data: 'late' });
          settle = () => (end === 'resolve' ? resolve('late') : reject(new Error('late')));
        });
      });
      const connection = await begin(t, one, 'late', 'late');
      await one.server.close({ graceMs: 0 });
      await connection.closed;
      settle?.();
      await turn();
      assert.equal(one.server.address(), null);
    }
  });

  const loggers = {
    throws: () => {
      throw new Error('logger broke');
    },
    rejects: async () => {
      throw new Error('logger broke');
    },
  };
  for (const [how, log] of Object.entries(loggers)) {
    it(`survives a logger that ${how}`, async (t) => {
      const server = new TunnelServer({ port: 0, auth: { token: 'x' }, logger: { warn: log, error: log } });
      t.after(() => server.close({ graceMs: 0 }));
      server.registerTask('fails', () => {
        throw new Error('expected');
      });
      const { port } = await server.listen();
      assert.equal((await callTask(port, 'fails', 1)).status, 401);
      assert.equal((await callTask(port, 'fails', 1, { 'x-runner-token': 'x' })).status, 500);
      await turn();
    });
  }

  it('survives a handler whose `then` is not one promise is supposed to have', async (t) => {
    const { server } = gated(t);
    const { port } = await server.listen();
    const thenable = (
      then: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void,
    ) => ({
      then,
    });
    server.registerTask('twice', () =>
      thenable((resolve, reject) => {
        resolve(1);
        resolve(2);
        reject(new Error('expected'));
      }),
    );
    server.registerTask('throws', () =>
      thenable(() => {
        throw new TunnelError({ message: 'shown', httpCode: 409 });
      }),
    );
    server.registerTask('throws after', () =>
      thenable((resolve) => {
        resolve(1);
        throw new Error('expected');
      }),
    );
    assert.equal((await callTask(port, 'twice')).json.result, 1);
    assert.equal((await callTask(port, 'throws')).status, 409);
    assert.equal((await callTask(port, 'throws after')).json.result, 1);
    assert.equal((await callTask(port, 'twice')).json.result, 1);
  });

  it('lets handlers come and go while it serves', async (t) => {
    const { server } = gated(t);
    const { port } = await server.listen();
    assert.equal((await callTask(port, 'late')).status, 404);
    server.registerTask('late', () => 'here');
    assert.equal((await callTask(port, 'late')).json.result, 'here');
    assert.equal(server.unregisterTask('late'), true);
    assert.equal(server.unregisterTask('late'), false);
    assert.equal((await callTask(port, 'late')).status, 404);
    server.registerEvent('event', () => undefined);
    assert.deepEqual(await server.getEventIds(), ['event']);
    assert.equal(server.unregisterEvent('event'), true);
    assert.deepEqual(await server.getEventIds(), []);
  });

  it('lists ids in the order of registration', async () => {
    const server = new TunnelServer(0).registerTask('b', noTask).registerTask('a', noTask);
    assert.deepEqual(await server.getTaskIds(), ['b', 'a']);
  });

  it('refuses a second handler for an id, a missing id and what is no handler', () => {
    const server = new TunnelServer(0).registerTask('one', noTask).registerEvent('one', noTask);
    assert.throws(() => server.registerTask('one', noTask), /^TypeError: task one is registered already/);
    assert.throws(() => server.registerEvent('one', noTask), /^TypeError: event one is registered already/);
    assert.throws(() => server.registerTask('', noTask), /task id must be .* got ""/);
    assert.throws(() => server.registerTask(5 as unknown as string, noTask), /task id must be .* got 5/);
    assert.throws(
      () => server.registerEvent('two', 'text' as unknown as typeof noTask),
      /handler of event two must be a function, got "text"/,
    );
    server.unregisterTask('one');
    server.registerTask('one', noTask);
  });
});
