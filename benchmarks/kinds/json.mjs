/**
 * The work of `bench json`: one small JSON call, answered by one small task.
 *
 * @typedef {object} Work
 * @property {string} name
 * @property {string} title
 * @property {Record<string, Call>} calls What is measured, by a short name.
 * @property {string[]} contenders Who does it, unless told otherwise.
 * @property {number[]} connections How many keep-alive connections to measure at, unless told otherwise.
 * @property {import('../figures.mjs').Figure[]} [figures] What the tables show.
 * @property {import('../figures.mjs').Figure} [compared] What ratios are of; requests per second, unless told otherwise.
 * @property {number} [rounds] How many, unless told otherwise; 10 where it does not say.
 * @property {string[]} [yardsticks] Contenders that all others are compared with.
 * @property {Target[]} targets The figures and ratios that matter.
 *
 * @typedef {object} Call
 * @property {string} title
 * @property {number} [perSecond] At which rate calls are due, whether or not the server keeps up.
 * @property {{ method: string, path: string, headers: Record<string, string>, body: string }} request
 * @property {Answer} answer What every contender must answer, byte for byte,
 * @property {Record<string, Answer>} [answers] but for these.
 *
 * @typedef {{ status: number, body: string }} Answer
 *
 * @typedef {object} Target A median of one run, and what it should be.
 * @property {string} [call] Of which call, where there are several.
 * @property {import('../figures.mjs').Figure} figure
 * @property {number} connections
 * @property {string} of Whose figure it is:
 * @property {string} [to] as a multiple of this one's,
 * @property {string} [above] or how much it lies above this one's.
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

/** @param {number} connections @param {string} to @param {Partial<Target>} bounds @returns {Target} */
function native(figure, connections, to, bounds) {
  return { figure, connections, of: 'native-exposure', to, ...bounds };
}

/** @type {Work} */
export const json = {
  name: 'json',
  title: 'small JSON call: token checked, {"input":{"a":1,"b":2}} to {"ok":true,"result":3}',
  calls: { add },
  contenders: [
    ...['node-exposure', 'node-http', 'fastify', 'brahma', 'bun', 'deno', 'axum'],
    ...['tunnel-server', 'native-exposure', 'front-1'],
  ],
  connections: [1, 4, 16, 64, 256],
  targets: [
    native('reqPerSec', 64, 'node-exposure', { atLeast: 6 }),
    native('reqPerSec', 64, 'brahma', { atLeast: 1.4 }),
    native('reqPerSec', 64, 'fastify', { atLeast: 1.25 }),
    native('reqPerSec', 64, 'node-http', { atLeast: 1.25 }),
    native('jsUs', 64, 'node-exposure', { atMost: 4 / 55 }), // 4 us where nodeExposure takes 50 to 60.
    native('p50Us', 1, 'node-exposure', { atMost: 1 }),
    native('p99Us', 1, 'node-exposure', { atMost: 0.5 }),
    native('cpuUs', 64, 'axum', { atMost: 1.35 }),
    native('reqPerSec', 64, 'bun', { atLeast: 0.8 }),
    native('reqPerSec', 64, 'deno', { atLeast: 0.8 }),
    native('reqPerSec', 4, 'node-http', { atLeast: 0.8 }),
  ],
};
