import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { RUST_TUNNEL } from '../harness/front';

const RELAY = join(__dirname, 'relay.js');
const SOCKET = 'RUNNER_TUNNEL_SOCKET';

/** A front whose one worker is this process, so that what its application sees can be compared. */
export class Front {
  private constructor(
    private readonly front: ChildProcess,
    private readonly folder: string,
    private readonly ended: Promise<string>,
    private readonly said: string[],
  ) {}

  static async start(): Promise<Front> {
    const folder = mkdtempSync(join(tmpdir(), 'contract-'));
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const child = spawn(
      RUST_TUNNEL,
      ['serve', '--app', RELAY, '--workers', '1', '--port', '0', '--node', process.execPath],
      { env: { ...env, CONTRACT_SOCKET: join(folder, 'socket') }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const kill = (): boolean => child.kill('SIGKILL');
    process.once('exit', kill);
    const ended = once(child, 'close').then(([code, signal]) => {
      process.off('exit', kill);
      rmSync(folder, { recursive: true });
      return signal === null ? `code ${code}` : `signal ${signal}`;
    });
    const front = new Front(child, folder, ended, []);
    await front.says('[worker 1] relays');
    return front;
  }

  /** Does something that starts an exposure: as the worker of this front. */
  async serve<T>(start: () => Promise<T>): Promise<T> {
    process.env[SOCKET] = join(this.folder, 'socket');
    try {
      return await start();
    } finally {
      delete process.env[SOCKET];
    }
  }

  /** To be called when the exposure has left, or was never there. */
  async stop(): Promise<void> {
    this.front.kill('SIGTERM');
    const end = await this.ended;
    if (end !== 'code 0') throw new Error(`the front ended with ${end}:\n${this.said.join('\n')}`);
  }

  private async says(awaited: string): Promise<void> {
    const { stdout, stderr } = this.front;
    const heard = new Promise<void>((resolve) => {
      for (const stream of [stdout, stderr]) {
        createInterface({ input: stream as NodeJS.ReadableStream }).on('line', (line) => {
          this.said.push(line);
          if (line === awaited) resolve();
        });
      }
    });
    const early = this.ended.then((end) => {
      throw new Error(`the front ended with ${end}:\n${this.said.join('\n')}`);
    });
    early.catch(() => {});
    await Promise.race([heard, early]);
  }
}

/** Does something that starts an exposure of ours, before a front of its own if there is to be one. */
export async function behindFront<T>(
  isBehind: boolean,
  start: () => Promise<T>,
): Promise<{ value: T; front: Front | undefined }> {
  if (!isBehind) return { value: await start(), front: undefined };
  const front = await Front.start();
  try {
    return { value: await front.serve(start), front };
  } catch (error) {
    await front.stop();
    throw error;
  }
}
