/**
 * `npm run bench:smoke`: whether every call goes by the fast path. CPU for a call, of `nativeExposure` as a multiple of what
 * `node:http` by hand takes in the same run: no times, and no load but our own. The bounds are wide; what is found is a
 * path that costs several times as much.
 */
import { Contender } from '../contender.mjs';
import { PAYLOAD_CONTENDERS } from '../contenders.mjs';
import { cpuAvailable } from '../cpu.mjs';
import { json } from '../kinds/json.mjs';
import { payload } from '../kinds/payload.mjs';
import { grid } from '../report.mjs';
import { verify } from '../verify.mjs';
import { callTimes } from './client.mjs';
import { judged } from './verdict.mjs';

const ATTEMPTS = 3;

/**
 * @typedef {object} Check
 * @property {import('../kinds/json.mjs').Call} call @property {{ connections: number, calls: number }} load
 * @property {number} js @property {number} all At most so many times the CPU of node:http, JavaScript thread and process.
 */

/**
 * In 13 runs on two busy cores ours took 0.17 to 0.36 times the JavaScript CPU of node:http and 0.53 to 1.04 times all CPU
 * for the small call, 0.60 to 1.05 and 0.73 to 1.31 times for the answer. By the stock exposure it was 4.9 to 7.4 and 4.1
 * to 5.1 times the JavaScript, and 3.4 to 3.6 times for an answer that goes through the Runner's serializer. With fewer
 * calls under way, as by a slower client, ours take more: hence the room.
 *
 * @type {Record<string, Check>}
 */
const CHECKS = {
  'small JSON': { call: json.calls.add, load: { connections: 64, calls: 20_000 }, js: 1, all: 2.5 },
  '22 KB answer': { call: payload.calls.plain22k, load: { connections: 16, calls: 2_000 }, js: 2, all: 3 },
};

async function main() {
  if (!cpuAvailable) return console.log('CPU is read from /proc, which is not there: nothing is checked');
  const entry = (/** @type {string} */ name) => PAYLOAD_CONTENDERS.find((one) => one.name === name);
  const contenders = [];
  try {
    for (const name of ['native-exposure', 'node-http']) contenders.push(await Contender.start(entry(name)));
    for (const { call } of Object.values(CHECKS)) {
      for (const contender of contenders) await verify(contender, call);
    }
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const results = [];
      for (const [name, check] of Object.entries(CHECKS)) {
        results.push(
          judged(name, check, await cpuOf(contenders[0], check), await cpuOf(contenders[1], check)),
        );
      }
      const isGood = results.every(({ isWithin }) => isWithin);
      console.log(`attempt ${attempt}: CPU us for a call, and as a multiple of node:http's`);
      console.log(grid(results.map(({ cells }) => cells)));
      if (isGood) return;
    }
    console.error(
      `In ${ATTEMPTS} attempts nativeExposure took more CPU than it may: which path do its calls go?`,
    );
    process.exitCode = 1;
  } finally {
    await Promise.all(contenders.map((contender) => contender.stop()));
  }
}

/** @param {Contender} contender @param {Check} check */
async function cpuOf(contender, { call, load }) {
  await contender.outlasts(callTimes(contender, call, { ...load, calls: load.calls / 4 }));
  const before = contender.cpu();
  await contender.outlasts(callTimes(contender, call, load));
  const { totalNs, jsNs } = contender.cpuSince(before);
  return { all: totalNs / 1000 / load.calls, js: jsNs / 1000 / load.calls };
}

await main();
