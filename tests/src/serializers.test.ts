import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { TunnelServer } from '@bluelibs/runner-native';
import { it } from './harness/it';
import { Logs, plainLogger } from './harness/logs';
import { callTask } from './harness/request';

describe('a serializer that can write nothing', () => {
  it('leaves every call a plain answer, and says so in the log', async (t) => {
    const logs = new Logs();
    const stringify = (): string => {
      throw new Error('no words');
    };
    const server = new TunnelServer({
      port: 0,
      serializer: { parse: JSON.parse, stringify },
      auth: { validate: ({ headers }) => headers['x-letter'] === 'open' },
      logger: plainLogger((record) => logs.add(record)),
    });
    t.after(() => server.close({ graceMs: 0 }));
    server.registerTask('add', ({ a, b }: { a: number; b: number }) => a + b);
    const { port } = await server.listen();

    const open = { 'x-letter': 'open' };
    const input = { a: 1, b: 2 };
    const bland = '{"ok":false,"error":{"message":"Internal Error","code":"INTERNAL_ERROR"}}';
    for (const headers of [open, {}]) {
      const { status, text } = await callTask(port, 'add', input, headers);
      assert.deepEqual({ status, text }, { status: 500, text: bland });
    }
    assert.deepEqual(
      logs.records.map(({ message }) => message),
      ['exposure.task.error', 'exposure.auth.failure', 'exposure.http.unhandled'],
    );
  });
});
