import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Running } from './backends';
import { type LogRecord, Logs } from './logs';
import { MARK } from './mark';

const ROOT = join(__dirname, '../../..');
const { RUST_TUNNEL = join(ROOT, 'target/debug/rust-tunnel') } = process.env;
const APP = join(__dirname, '../apps/worker.js');

/** Starts the binary before one worker, run by `node`, that serves the named application. */
export async function startFront(app: string, variant: string, node = process.execPath): Promise<Running> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const front = spawn(
    RUST_TUNNEL,
    ['serve', '--workers', '1', '--app', APP, '--host', '127.0.0.1', '--port', '0', '--node', node],
    { env: { ...env, TUNNEL_APP: app, TUNNEL_VARIANT: variant }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const leave = (): boolean => front.kill('SIGKILL');
  process.once('exit', leave);
  const ended = exit(front).finally(() => process.removeListener('exit', leave));
  ended.catch(() => {});

  const logs = new Logs();
  const noise: string[] = [];
  createInterface({ input: front.stderr as NodeJS.ReadableStream }).on('line', (line) => {
    const at = line.indexOf(MARK);
    if (at >= 0) logs.add(JSON.parse(line.slice(at + MARK.length)) as LogRecord);
    else noise.push(line);
  });
  const ready = new Promise<number>((resolve) => {
    createInterface({ input: front.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const [, port] = /^listening on http:\/\/127\.0\.0\.1:(\d+)$/.exec(line) ?? [];
      if (port !== undefined) resolve(Number(port));
      else noise.push(line);
    });
  });
  const early = ended.then((end) => {
    throw new Error(`rust-tunnel ended (${end}) before it was ready:\n${noise.join('\n')}`);
  });
  early.catch(() => {});
  const port = await Promise.race([ready, early]);

  const stop = async (): Promise<void> => {
    front.kill('SIGTERM');
    const end = await ended;
    if (end !== 'code 0') throw new Error(`rust-tunnel ended with ${end}:\n${noise.join('\n')}`);
  };
  return { port, logs, stop };
}

async function exit(child: ChildProcess): Promise<string> {
  const [code, signal] = await once(child, 'close');
  return signal === null ? `code ${code}` : `signal ${signal}`;
}
