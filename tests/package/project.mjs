// An empty project outside the repository, into which the tarballs are installed as a user would.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const isWindows = process.platform === 'win32';

/** The versions that the clone itself has. */
const installed = (name) =>
  JSON.parse(readFileSync(join(here, '../../node_modules', name, 'package.json'), 'utf8')).version;

/** Where it is. */
export const folder = mkdtempSync(join(tmpdir(), 'package-'));

/** Makes the project: its manifest, the applications, and what npm installs. @param {string[]} tarballs */
export async function make(tarballs) {
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "commonjs" }\n');
  cpSync(join(here, 'apps'), folder, { recursive: true });
  const others = ['@bluelibs/runner', '@types/node'].map((name) => `${name}@${installed(name)}`);
  // The other platforms' packages are optional, and not in the registry before a release: npm goes on without them.
  const install = ['install', '--no-audit', '--no-fund', '--prefer-offline'];
  const ended = await run(isWindows ? 'npm.cmd' : 'npm', [...install, ...tarballs, ...others]);
  if (ended.code !== 0) throw new Error(`npm install ended with ${ended.code}: ${ended.stderr}`);
}

export function remove() {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Runs a command there.
 *
 * @returns {Promise<{ code: number | null, stdout: string, stderr: string }>}
 */
export function run(command, args) {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  // Without the addon it shall fail, and not serve by the Runner's own exposure.
  Object.assign(env, { RUNNER_NATIVE: 'require', NO_COLOR: '1' });
  const shell = isWindows && command.endsWith('.cmd');
  const child = spawn(command, args, { cwd: folder, env, shell, timeout: 120_000 });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => {
      output[name] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('close', (code) => resolve({ code, ...output }));
  });
}
