/** Who takes part. To add a contender, add a server script under contenders/ and an entry here. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { finish } from './processes.mjs';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * @typedef {object} Entry
 * @property {string} name For the command line and the results.
 * @property {string} label For the tables.
 * @property {boolean} javascript Whether handlers run as JavaScript, on the main thread of the process.
 * @property {() => [file: string, ...args: string[]]} command Starts the server.
 * @property {() => Promise<void>} [prepare] Builds what the command needs, if it is missing.
 */

/** @type {Entry[]} */
export const CONTENDERS = [
  {
    name: 'node-exposure',
    label: 'nodeExposure',
    javascript: true,
    command: () => node('node-exposure.mjs'),
  },
  {
    name: 'node-http',
    label: 'node:http',
    javascript: true,
    command: () => node('node-http.mjs'),
  },
  {
    name: 'axum',
    label: 'axum (no JS)',
    javascript: false,
    command: () => [axumBinary()],
    prepare: buildAxum,
  },
  {
    name: 'tunnel-server',
    label: 'TunnelServer',
    javascript: true,
    command: () => node('tunnel-server.mjs'),
  },
  {
    name: 'native-exposure',
    label: 'nativeExposure',
    javascript: true,
    command: () => node('native-exposure.mjs'),
  },
  ...[1, 100, 1000, 10_000].map((tasks) => exposing('native-exposure', 'nativeExposure', tasks)),
  ...[1, 1000].map((tasks) => exposing('node-exposure', 'nodeExposure', tasks)),
];

/** Who takes part in `bench streams`. @type {Entry[]} */
export const STREAM_CONTENDERS = [
  streaming('node-exposure', 'nodeExposure', 'node-exposure.mjs'),
  streaming('node-http', 'node:http', 'node-http-streams.mjs'),
  streaming('node-net', 'node:net (limit)', 'node-net-streams.mjs'),
  streaming('native-exposure', 'nativeExposure', 'native-exposure.mjs'),
];

/** @param {string} name @param {string} label @param {string} script @returns {Entry} */
function streaming(name, label, script) {
  return { name, label, javascript: true, command: () => node(script, 'streams') };
}

/** @param {string} name @param {string} label @param {number} tasks How many it exposes. @returns {Entry} */
function exposing(name, label, tasks) {
  return {
    name: `${name}-${tasks}`,
    label: `${label}, ${tasks} ${tasks === 1 ? 'task' : 'tasks'}`,
    javascript: true,
    command: () => node(`${name}.mjs`, String(tasks)),
  };
}

/** @param {string} script @param {string[]} args @returns {[string, ...string[]]} */
function node(script, ...args) {
  return [process.execPath, fileURLToPath(new URL(`contenders/${script}`, import.meta.url)), ...args];
}

function axumBinary() {
  const target = resolve(ROOT, process.env.CARGO_TARGET_DIR || 'target');
  return resolve(target, 'release', process.platform === 'win32' ? 'bench-axum.exe' : 'bench-axum');
}

async function buildAxum() {
  if (existsSync(axumBinary())) return;
  const args = ['build', '--release', '-p', 'bench-axum'];
  process.stderr.write(`building the axum contender: cargo ${args.join(' ')}\n`);
  const { code } = await finish('cargo', args, { cwd: ROOT, stdio: 'inherit' });
  if (code !== 0) throw new Error(`cargo ${args.join(' ')} failed (exit ${code})`);
}
