/** Child processes that do not outlive the benchmark, whichever way it ends. */
import { spawn } from 'node:child_process';
import { descendants, end } from './proc.mjs';

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

process.on('exit', () => {
  for (const child of running) {
    const relatives = descendants(child.pid); // Before it ends: then they are nobody's children.
    child.kill('SIGKILL');
    end(relatives);
  }
});
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
]) {
  process.once(signal, () => process.exit(code));
}

/**
 * @param {string} file @param {string[]} args @param {import('node:child_process').SpawnOptions} [options]
 * @returns {import('node:child_process').ChildProcess}
 */
export function launch(file, args, options = {}) {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  running.add(child);
  const forget = () => running.delete(child);
  child.once('exit', forget).once('error', forget);
  return child;
}

/**
 * Runs a command to its end and gives what it printed.
 *
 * @param {string} file @param {string[]} args
 * @param {import('node:child_process').SpawnOptions & { input?: string | Buffer }} [options] With what it reads.
 * @returns {Promise<{ code: number | null, signal: string | null, stdout: string, stderr: string }>}
 */
export function finish(file, args, { input, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = launch(file, args, input === undefined ? options : { stdio: 'pipe', ...options });
    child.stdin?.on('error', () => {}).end(input); // One that ends without reading says why by itself.
    const output = { stdout: '', stderr: '' };
    child.stdout?.setEncoding('utf8').on('data', (text) => (output.stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text) => (output.stderr += text));
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, ...output }));
  });
}
