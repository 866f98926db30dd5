import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { backends, type Running } from '../harness/backends';
import { begun } from '../harness/begun';
import { it } from '../harness/it';
import { RawConnection, type RawResponse } from '../harness/raw';
import { callTask, request, taskRequest } from '../harness/request';

/** Asks again until there is room: a place is given back a moment after its note was heard. */
async function withRoom(port: number, id: string, input: string): Promise<RawResponse> {
  for (;;) {
    const answer = await callTask(port, id, input);
    if (answer.status !== 503) return answer;
  }
}

for (const backend of backends) {
  describe(`limits (${backend.name})`, () => {
    it('of calls in flight answer 503, and later calls run again', async (t) => {
      const server = await backend.start('gates', 'twoInFlight');
      t.after(() => server.stop());
      const [one, two] = [await begun(server, 'hold', 'one'), await begun(server, 'obey', 'two')];
      t.after(() => one.leave());

      for (const id of ['keep', 'ghost']) {
        const answer = await callTask(server.port, id, 'x');
        assert.equal(answer.status, 503, id);
        assert.deepEqual(answer.json.error, { message: 'Overloaded', code: 'OVERLOADED' });
        assert.equal(answer.header('retry-after'), '1');
        assert.ok(answer.header('x-runner-request-id'));
      }
      two.leave();
      await server.logs.noted('aborted', 'two');
      assert.equal((await withRoom(server.port, 'open', 'one')).status, 200);
      assert.equal((await one.read()).json.result, 'one');
    });

    it('count a call until its handler settles, though its client has left', async (t) => {
      const server = await backend.start('gates', 'twoInFlight');
      t.after(() => server.stop());
      const left = await begun(server, 'hold', 'left');
      left.leave();
      await server.logs.noted('aborted', 'left');

      const second = await begun(server, 'obey', 'second');
      assert.equal((await callTask(server.port, 'keep', 'x')).status, 503);
      second.leave();
      await server.logs.noted('aborted', 'second');
      // Room for one, still: the handler of the client that left has not settled.
      assert.equal((await withRoom(server.port, 'keep', 'x')).status, 200);
      const third = await begun(server, 'obey', 'third');
      assert.equal((await callTask(server.port, 'keep', 'x')).status, 503);
      third.leave();

      assert.equal((await withRoom(server.port, 'open', 'left')).status, 200);
      await server.logs.noted('settled', 'left');
      const both = [await roomFor(server, 'fourth'), await roomFor(server, 'fifth')];
      for (const connection of both) connection.leave();
    });

    it('give the place of an abandoned call up after a while', async (t) => {
      const server = await backend.start('gates', 'shortAbandon');
      t.after(() => server.stop());
      const connections = [await begun(server, 'hold', 'a'), await begun(server, 'hold', 'b')];
      for (const connection of connections) connection.leave();
      await server.logs.noted('aborted', 'a');
      await server.logs.noted('aborted', 'b');
      assert.equal((await withRoom(server.port, 'keep', 'x')).status, 200);
    });

    it('of time answer 504 and fire the signal', async (t) => {
      const server = await backend.start('gates', 'handlerLimit');
      t.after(() => server.stop());
      for (const id of ['obey', 'hold']) {
        const connection = await begun(server, id, id);
        t.after(() => connection.leave());
        const answer = await connection.read();
        assert.equal(answer.status, 504, id);
        assert.deepEqual(answer.json.error, { message: 'Handler timed out', code: 'HANDLER_TIMEOUT' });
        await server.logs.noted('aborted', id);
        // The connection is as good as before.
        assert.equal((await connection.write(request(taskRequest('keep', 'x'))).read()).status, 200);
      }
    });
  });
}

/** Starts a call, again and again until there is room for it. */
async function roomFor(server: Running, name: string): Promise<RawConnection> {
  for (;;) {
    const connection = await RawConnection.open(server.port);
    connection.write(request(taskRequest('obey', name)));
    const refused = connection.read().then(
      (answer) => answer.status === 503,
      () => false,
    );
    const started = server.logs.noted('started', name).then(() => false);
    if (!(await Promise.race([refused, started]))) return connection;
    connection.leave();
  }
}
