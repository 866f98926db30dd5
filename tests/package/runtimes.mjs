// The Node versions that the package is tested on, and the other runtimes that it is tried on, where they are installed.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const tests = fileURLToPath(new URL('..', import.meta.url));

/**
 * @typedef {object} Runtime
 * @property {string} name with its version
 * @property {string} command
 * @property {string[]} args what comes before a script
 */

/** This Node, and those of `tests/nodes`. @returns {Runtime[]} */
export function nodes() {
  const others = ['18', '20', '22', '24', '26'].map((major) =>
    join(tests, 'nodes/node_modules', `node-${major}`, 'bin/node'),
  );
  const commands = [process.execPath, ...others.filter(existsSync)];
  const named = commands.map((command) => ({ name: `Node ${version(command)}`, command, args: [] }));
  return named.filter(({ name }, index) => named.findIndex((one) => one.name === name) === index);
}

/** Those of `tests/runtimes`. @returns {Runtime[]} */
export function others() {
  const installed = join(tests, 'runtimes/node_modules');
  return [
    { name: 'Bun', command: join(installed, '@oven/bun-linux-x64/bin/bun'), args: [] },
    { name: 'Deno', command: join(installed, '@deno/linux-x64-glibc/deno'), args: ['run', '--allow-all'] },
  ]
    .filter(({ command }) => existsSync(command))
    .map((runtime) => ({ ...runtime, name: `${runtime.name} ${version(runtime.command)}` }));
}

function version(command) {
  return /\d+\.\d+\.\d+/.exec(execFileSync(command, ['--version'], { encoding: 'utf8' }))?.[0];
}
