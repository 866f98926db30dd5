/** Servers of other projects, in a package of their own under peers/, which is installed when one of them takes part. */
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MissingTool } from './options.mjs';
import { finish } from './processes.mjs';

const FOLDER = new URL('peers/', import.meta.url);

/** Where the packages keep their binaries; those for other platforms are not among them. */
const BUN = '@oven/bun-linux-x64/bin/bun';
const DENO = '@deno/linux-x64-glibc/deno';
const DENO_RUN = ['run', '--quiet', '--no-config', '--no-remote', '--allow-env', '--allow-net=127.0.0.1'];

/** Its thread listens, and its script is ready to answer. @param {string} stdout */
export function brahmaListening(stdout) {
  const isReady = /^\{"port":\d+[,}]/m.test(stdout);
  return isReady ? /Listening on http:\/\/127\.0\.0\.1:(\d+)$/m.exec(stdout)?.[1] : undefined;
}

/** @type {import('./contenders.mjs').Entry[]} */
export const PEERS = [
  peer('fastify', 'fastify', () => [process.execPath, inFolder('fastify.mjs')]),
  {
    ...peer('brahma', 'brahma-firelight', () => [process.execPath, inFolder('brahma.mjs')]),
    listening: brahmaListening,
  },
  peer('bun', 'Bun.serve', () => [binary(BUN), '--no-install', inFolder('bun.mjs')]),
  peer('deno', 'Deno.serve', () => [binary(DENO), ...DENO_RUN, inFolder('deno.mjs')]),
];

/** @param {string} name @param {string} label @param {import('./contenders.mjs').Entry['command']} command */
function peer(name, label, command) {
  return { name, label, javascript: true, command, prepare: install, plain: true };
}

/** Nothing that is installed here runs a script of its own. */
async function install() {
  const lock = inFolder('package-lock.json');
  const done = inFolder('node_modules/.package-lock.json');
  if (existsSync(done) && statSync(done).mtimeMs >= statSync(lock).mtimeMs) return;
  process.stderr.write('installing the peers once, in benchmarks/peers (Bun and Deno are about 220 MB)\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code } = await finish(npm, args, {
    cwd: inFolder(''),
    stdio: 'inherit',
    shell: npm.endsWith('.cmd'),
  });
  if (code !== 0) throw new Error(`npm ${args.join(' ')} failed (exit ${code}) in benchmarks/peers`);
}

/** @param {string} place */
function binary(place) {
  const file = inFolder(`node_modules/${place}`);
  if (existsSync(file)) return file;
  throw new MissingTool(
    `benchmarks/peers has Bun and Deno for Linux on x64 only; leave them out with --only`,
  );
}

/** @param {string} path */
function inFolder(path) {
  return fileURLToPath(new URL(path, FOLDER));
}
