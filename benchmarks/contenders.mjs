/** Who takes part. To add a contender, add a server script under contenders/ and an entry here. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { binary, build } from './cargo.mjs';
import { PEERS } from './peers.mjs';

/** The application of `bench workers` behind HTTP in Rust: by itself, or as a worker of the front, which starts it. */
const WORKER_APP = 'worker-app.mjs';

/**
 * @typedef {object} Entry
 * @property {string} name For the command line and the results.
 * @property {string} label For the tables.
 * @property {boolean | 'children'} javascript Whether handlers run as JavaScript: on the main thread of the process and
 *   of those it has started, or of these only.
 * @property {() => [file: string, ...args: string[]]} command Starts the server.
 * @property {Listening} [listening] Unless it prints `{"port":N}` once it listens.
 * @property {() => Promise<void>} [prepare] Builds what the command needs.
 * @property {boolean} [plain] It does what this one call needs, and nothing else.
 *
 * @typedef {(stdout: string, stderr: string) => string | undefined} Listening The port, when what was printed so far
 *   says that it listens.
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
    plain: true,
  },
  {
    name: 'axum',
    label: 'axum (no JS)',
    javascript: false,
    command: () => [binary('bench-axum')],
    prepare: buildAxum,
    plain: true,
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
  front(1),
  ...PEERS,
  ...[1, 100, 1000, 10_000].map((tasks) => exposing('native-exposure', 'nativeExposure', tasks)),
  ...[1, 1000].map((tasks) => exposing('node-exposure', 'nodeExposure', tasks)),
];

/** Who takes part in `bench startup`. @type {Entry[]} */
export const STARTUP_CONTENDERS = [
  { name: 'empty', label: 'an empty script', javascript: true, command: () => node('empty.mjs') },
  {
    name: 'runner-only',
    label: 'Runner, no server',
    javascript: true,
    command: () => node('runner-only.mjs'),
  },
  ...CONTENDERS,
];

/** Who takes part in `bench payload`. @type {Entry[]} */
export const PAYLOAD_CONTENDERS = [
  told('payload', 'node-exposure', 'nodeExposure'),
  { ...told('payload', 'node-http', 'node:http'), plain: true },
  told('payload', 'tunnel-server', 'TunnelServer'),
  told('payload', 'native-exposure', 'nativeExposure'),
];

/** Who takes part in `bench streams`. @type {Entry[]} */
export const STREAM_CONTENDERS = [
  told('streams', 'node-exposure', 'nodeExposure'),
  told('streams', 'node-http', 'node:http', 'node-http-streams.mjs'),
  told('streams', 'node-net', 'node:net (limit)', 'node-net-streams.mjs'),
  told('streams', 'native-exposure', 'nativeExposure'),
];

/** Who takes part in `bench workers`: all serve the same Runner application. @type {Entry[]} */
export const WORKER_CONTENDERS = [
  {
    name: 'node-exposure',
    label: 'nodeExposure',
    javascript: true,
    command: () => node('node-exposure.mjs', 'workers'),
  },
  {
    name: 'native-exposure',
    label: 'nativeExposure',
    javascript: true,
    command: () => node(WORKER_APP),
  },
  {
    name: 'cluster-2',
    label: 'cluster of 2',
    javascript: true,
    command: () => node('cluster.mjs', 'workers', '2'),
  },
  front(1),
  front(2),
];

/** @param {number} workers @returns {Entry} */
function front(workers) {
  const options = ['--workers', String(workers), '--port', '0', '--node', process.execPath];
  return {
    name: `front-${workers}`,
    label: `rust-tunnel, ${workers} worker${workers === 1 ? '' : 's'}`,
    javascript: 'children',
    command: () => [binary('rust-tunnel'), 'serve', '--app', contender(WORKER_APP), ...options],
    listening: (stdout, stderr) => frontListening(workers, stdout, stderr),
    prepare: buildFront,
  };
}

/**
 * The front listens as soon as one of its workers is ready; it is to be measured with all of them.
 *
 * @param {number} workers @param {string} stdout @param {string} stderr
 */
export function frontListening(workers, stdout, stderr) {
  const ready = stderr.match(/^rust-tunnel: worker \d+ \(pid \d+\) is ready$/gm) ?? [];
  return ready.length < workers ? undefined : /^listening on http:\/\/127\.0\.0\.1:(\d+)$/m.exec(stdout)?.[1];
}

/** One that is told what it serves. @param {string} what @param {string} name @param {string} label @returns {Entry} */
function told(what, name, label, script = `${name}.mjs`) {
  return { name, label, javascript: true, command: () => node(script, what) };
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
  return [process.execPath, contender(script), ...args];
}

/** @param {string} script */
function contender(script) {
  return fileURLToPath(new URL(`contenders/${script}`, import.meta.url));
}

async function buildAxum() {
  if (!existsSync(binary('bench-axum'))) await build('the axum contender', 'bench-axum');
}

/** Every time, for it is what is worked on. */
async function buildFront() {
  await build('the front', 'rust-tunnel');
}
