import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** How a script ended. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** A script that runs. */
export interface Child {
  /** The first line that it printed; rejects when it ends without one. */
  readonly firstLine: Promise<string>;
  readonly ended: Promise<Ended>;
}

/** Starts one of `src/children/` by its name. */
export function startChild(name: string, args: readonly string[] = [], node = process.execPath): Child {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const file = name === 'imports' ? 'imports.mjs' : `${name}.js`;
  const child = spawn(node, [join(__dirname, '../children', file), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);

  let [stdout, stderr] = ['', ''];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    stdout += `${line}\n`;
  });
  const ended = once(child, 'close').then(([code, signal]) => {
    process.removeListener('exit', kill);
    return { code, signal, stdout, stderr };
  });
  const early = ended.then((end) => Promise.reject(new Error(`ended early: ${JSON.stringify(end)}`)));
  const firstLine = Promise.race([once(lines, 'line').then(([line]) => line as string), early]);
  firstLine.catch(() => {});
  early.catch(() => {});
  return { firstLine, ended };
}

/** Runs one of `src/children/` to its end. */
export function runChild(name: string, args: readonly string[] = [], node?: string): Promise<Ended> {
  return startChild(name, args, node).ended;
}
