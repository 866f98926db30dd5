/** The work of `bench latency`: the small call when it is due, answered by then or not (open loop). */
import { json } from './json.mjs';

const CONNECTIONS = 64;

/** @param {number} perSecond @returns {import('./json.mjs').Call} */
function at(perSecond) {
  return { ...json.calls.add, title: `${perSecond} calls a second`, perSecond };
}

const p99 = /** @type {const} */ ({
  call: 'at10000',
  figure: 'p99Us',
  connections: CONNECTIONS,
  of: 'native-exposure',
});

/** @type {import('./json.mjs').Work} */
export const latency = {
  ...json,
  name: 'latency',
  title: 'response times of the small JSON call at a given rate, with the time that calls wait to be sent',
  calls: { at5000: at(5_000), at10000: at(10_000) },
  figures: ['p50Us', 'p99Us', 'p999Us', 'lateP99Us', 'reqPerSec', 'cpuUs', 'jsUs'],
  compared: 'p99Us',
  yardsticks: ['node-http'],
  connections: [CONNECTIONS],
  targets: [
    { ...p99, to: 'node-http', atMost: 1 },
    { ...p99, atMost: 1_000 },
  ],
};
