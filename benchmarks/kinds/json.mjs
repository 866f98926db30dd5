/**
 * The work of `bench json`: one small JSON call, answered by one small task.
 *
 * @typedef {object} Work
 * @property {string} name
 * @property {string} title
 * @property {Record<string, Call>} calls What is measured, by a short name.
 * @property {string[]} contenders Who does it, unless told otherwise.
 * @property {number[]} connections How many keep-alive connections to measure at, unless told otherwise.
 * @property {string[]} [yardsticks] Contenders that all others are compared with.
 * @property {Target[]} targets The ratios that matter.
 *
 * @typedef {object} Call
 * @property {string} title
 * @property {{ method: string, path: string, headers: Record<string, string>, body: string }} request
 * @property {{ status: number, body: string }} answer What every contender must answer, byte for byte.
 *
 * @typedef {object} Target A median ratio of two contenders of one run, and what it should be.
 * @property {string} [call] Of which call, where there are several.
 * @property {'reqPerSec' | 'p50Us' | 'p99Us' | 'cpuUs' | 'jsUs'} figure
 * @property {number} connections
 * @property {string} of
 * @property {string} to
 * @property {number} [atLeast]
 * @property {number} [atMost]
 * @property {number} [notBelow] What the whole interval must not lie below.
 */

/** @type {Call} */
const add = {
  title: 'small JSON',
  request: {
    method: 'POST',
    path: '/__runner/task/app.tasks.add',
    headers: { 'content-type': 'application/json' },
    body: '{"input":{"a":1,"b":2}}',
  },
  answer: { status: 200, body: '{"ok":true,"result":3}' },
};

/** @type {Work} */
export const json = {
  name: 'json',
  title: 'small JSON call: token checked, {"input":{"a":1,"b":2}} to {"ok":true,"result":3}',
  calls: { add },
  contenders: ['node-exposure', 'node-http', 'axum', 'tunnel-server', 'native-exposure'],
  connections: [1, 4, 64],
  targets: [
    { figure: 'reqPerSec', connections: 64, of: 'native-exposure', to: 'node-exposure', atLeast: 5 },
    { figure: 'jsUs', connections: 64, of: 'native-exposure', to: 'node-exposure', atMost: 1 / 12 },
    { figure: 'reqPerSec', connections: 64, of: 'tunnel-server', to: 'node-exposure', atLeast: 4 },
    { figure: 'reqPerSec', connections: 64, of: 'tunnel-server', to: 'node-http', atLeast: 1.15 },
    { figure: 'jsUs', connections: 64, of: 'tunnel-server', to: 'node-http', atMost: 0.35 },
    { figure: 'cpuUs', connections: 64, of: 'tunnel-server', to: 'axum' },
    { figure: 'reqPerSec', connections: 4, of: 'tunnel-server', to: 'node-http' },
    { figure: 'p50Us', connections: 1, of: 'tunnel-server', to: 'node-exposure' },
  ],
};
