import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FrontProcess } from '../harness/front_process';

const RELAY = join(__dirname, 'relay.js');
const SOCKET = 'RUNNER_TUNNEL_SOCKET';

/** A front whose one worker is this process, so that what its application sees can be compared. */
export class Front {
  private constructor(
    private readonly front: FrontProcess,
    private readonly folder: string,
  ) {}

  static async start(): Promise<Front> {
    const folder = mkdtempSync(join(tmpdir(), 'contract-'));
    const process = new FrontProcess(RELAY, { CONTRACT_SOCKET: join(folder, 'socket') });
    await process.says(/^\[worker 1\] relays$/);
    return new Front(process, folder);
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

  /** To be called when the exposure has left, or was never there; again, if need be. */
  async stop(): Promise<void> {
    await this.front.stop();
    rmSync(this.folder, { recursive: true, force: true });
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
