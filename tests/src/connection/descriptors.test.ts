/** A process that runs out of descriptors goes on, and serves whoever waits once there are some again. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { RawConnection } from '../harness/raw';
import { request, taskRequest } from '../harness/request';

const DESCRIPTORS = 64;
/** More than there are descriptors. */
const CLIENTS = 120;
const ROUNDS = 3;
const ADD = request(taskRequest('add', { a: 1, b: 2 }));

interface Starved {
  readonly port: number;
  /** Lets it close its server and end by itself. */
  end(): Promise<{ code: number | null; signal: string | null; stderr: string }>;
}

async function startStarved(t: TestContext): Promise<Starved> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const command = `ulimit -n ${DESCRIPTORS}; exec "$0" "$1"`;
  const script = join(__dirname, 'starved-server.js');
  const child = spawn('sh', ['-c', command, process.execPath, script], { env });
  t.after(() => child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const closed = once(child, 'close');
  const early = closed.then(() => Promise.reject(new Error(`it ended early: ${stderr}`)));
  early.catch(() => {});
  const [line] = await Promise.race([once(child.stdout, 'data'), early]);
  return {
    port: Number(line),
    async end() {
      child.stdin.end();
      const [code, signal] = await closed;
      return { code, signal, stderr };
    },
  };
}

/** A client with a request under way. */
interface Client {
  readonly connection: RawConnection;
  readonly served: Promise<void>;
  isServed: boolean;
}

async function come(t: TestContext, port: number): Promise<Client> {
  const connection = await RawConnection.open(port);
  t.after(() => connection.leave());
  const answered = connection.write(ADD).read();
  const client: Client = {
    connection,
    isServed: false,
    served: answered.then((answer) => {
      assert.equal(answer.json.result, 3);
      client.isServed = true;
    }),
  };
  // Some leave before their turn.
  client.served.catch(() => {});
  return client;
}

describe('a server without a descriptor left', () => {
  const skip = process.platform === 'win32' && 'there is no such limit';
  it('serves those who wait when others have left', { timeout: 30_000, skip }, async (t) => {
    const server = await startStarved(t);
    for (let round = 0; round < ROUNDS; round++) {
      const waiting = new Set<Client>();
      for (let at = 0; at < CLIENTS; at++) waiting.add(await come(t, server.port));
      let most = 0;
      while (waiting.size > 0) {
        // As many as it can hold are served; when one leaves, the next can come.
        await Promise.race([...waiting].map(({ served }) => served));
        const here = [...waiting].filter(({ isServed }) => isServed);
        most = Math.max(most, here.length);
        for (const client of here) {
          // Those that it did accept it goes on serving meanwhile.
          assert.equal((await client.connection.write(ADD).read()).status, 200);
          client.connection.leave();
          waiting.delete(client);
        }
      }
      t.diagnostic(`${CLIENTS} clients of ${DESCRIPTORS} descriptors; ${most} served at a time`);
      assert.ok(most < DESCRIPTORS);
    }

    // Clients that give up while they wait are no harm either.
    const crowd = await Promise.all(Array.from({ length: CLIENTS }, () => come(t, server.port)));
    await Promise.race(crowd.map(({ served }) => served));
    for (const { connection } of crowd) connection.reset();
    await (await come(t, server.port)).served;
    assert.deepEqual(await server.end(), { code: 0, signal: null, stderr: '' });
  });
});
