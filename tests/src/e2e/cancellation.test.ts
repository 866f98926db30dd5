import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { type Backend, backends, type Running } from '../harness/backends';
import { begun } from '../harness/begun';
import { it } from '../harness/it';
import { RawConnection } from '../harness/raw';
import { callTask, request, taskRequest } from '../harness/request';

async function started(t: { after(fn: () => unknown): void }, backend: Backend): Promise<Running> {
  const server = await backend.start('gates', 'plain');
  t.after(() => server.stop());
  return server;
}

for (const backend of backends) {
  describe(`cancellation (${backend.name})`, () => {
    const ways = {
      'closes its socket': (connection: RawConnection) => connection.leave(),
      'resets its socket': (connection: RawConnection) => connection.reset(),
      'ends its side': (connection: RawConnection) => connection.halfClose(),
    };
    for (const [way, leave] of Object.entries(ways)) {
      it(`fires the signal when the client ${way}`, async (t) => {
        const server = await started(t, backend);
        const connection = await begun(server, 'obey', 'task');
        t.after(() => connection.leave());
        leave(connection);
        await server.logs.noted('aborted', 'task');
      });
    }

    it('fires the signal when the client leaves with a pipelined request behind', async (t) => {
      const server = await started(t, backend);
      const connection = await begun(server, 'obey', 'first');
      connection.write(request(taskRequest('keep', 'second')));
      // The second request is on its way before we leave.
      await callTask(server.port, 'keep', 'x');
      connection.leave();
      await server.logs.noted('aborted', 'first');
    });

    it('shows a signal that has fired to a handler that asks late', async (t) => {
      const server = await started(t, backend);
      const connection = await begun(server, 'look', 'late');
      connection.leave();
      // The witness came and left later, so the first cancel has come as well.
      const witness = await begun(server, 'obey', 'witness');
      witness.leave();
      await server.logs.noted('aborted', 'witness');
      await callTask(server.port, 'open', 'late');
      const { data } = await server.logs.noted('looked');
      assert.deepEqual(data, { aborted: true, reason: 'AbortError' });
    });

    it('logs no failure of a handler that was told to stop', async (t) => {
      const server = await started(t, backend);
      const connection = await begun(server, 'obey', 'gone');
      connection.leave();
      await server.logs.noted('aborted', 'gone');
      await callTask(server.port, 'keep', 'x');
      assert.deepEqual(
        server.logs.records.filter(({ level }) => level !== 'note'),
        [],
      );
    });

    it('never fires the signal of a call that was answered', async (t) => {
      const server = await started(t, backend);
      const connection = await RawConnection.open(server.port);
      await connection.write(request(taskRequest('keep', 'kept'))).read();
      connection.leave();
      // A later call whose signal does fire shows that cancels have been heard.
      const witness = await begun(server, 'obey', 'witness');
      witness.leave();
      await server.logs.noted('aborted', 'witness');
      assert.equal((await callTask(server.port, 'kept', 'kept')).json.result, false);
    });

    it('drops what was cancelled while the body was still to come', async (t) => {
      const server = await started(t, backend);
      const connection = await RawConnection.open(server.port);
      const whole = request(taskRequest('hold', 'never'));
      connection.write(whole.subarray(0, whole.length - 2));
      await callTask(server.port, 'keep', 'x');
      connection.leave();
      await callTask(server.port, 'keep', 'y');
      assert.deepEqual(server.logs.records, []);
    });
  });
}
