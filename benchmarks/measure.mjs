/** The measurement: contenders take turns, so that a mood of the machine hits all of them alike. */
import { setTimeout as delay } from 'node:timers/promises';
import { machineCpuMs } from './cpu.mjs';
import { runPaced } from './paced.mjs';
import { answerOf } from './verify.mjs';
import { LoadError, runWrk } from './wrk.mjs';

const WARM_UP_SECONDS = 2;
const SETTLE_MS = 500;
const IDLE_MS = 2_000;

/**
 * @typedef {object} Row One contender, under one load, in one round.
 * @property {string} contender @property {string} call @property {number} connections @property {number} round
 * @property {number} requests @property {number} reqPerSec
 * @property {number} p50Us @property {number} p99Us @property {number} p999Us @property {number} maxUs
 * @property {number} [unsent] Calls that were due and found no connection, and
 * @property {number} [lateP99Us] by how much the load itself sent late, where calls are due at instants.
 * @property {number | null} cpuUs CPU of the server's processes per request, user and system.
 * @property {number | null} jsUs CPU of their JavaScript main threads per request.
 * @property {'schedstat' | 'stat' | null} cpuSource
 * @property {number | null} generatorCores CPU of the load generator, in cores.
 * @property {number | null} otherCores CPU of everything else on the machine meanwhile, in cores.
 */

/** @typedef {import('./contender.mjs').Contender} Contender */
/** @typedef {import('./calls.mjs').Options} Options */
/** @typedef {import('./kinds/json.mjs').Call} Call */

/** @param {Contender[]} contenders @param {Pick<Options, 'work' | 'connections'>} options */
export async function warmUp(contenders, { work, connections }) {
  for (const contender of contenders) {
    for (const call of Object.values(work.calls)) {
      await load(contender, call, Math.max(...connections), WARM_UP_SECONDS);
    }
  }
}

/** @param {Contender[]} contenders @param {Options} options @returns {AsyncGenerator<Row>} */
export async function* rounds(contenders, { work, rounds: count, connections, seconds }) {
  for (let round = 1; round <= count; round += 1) {
    for (const [name, call] of Object.entries(work.calls)) {
      for (const n of connections) {
        for (const contender of rotated(contenders, round - 1)) {
          const figures = await measure(contender, call, n, seconds);
          yield { contender: contender.name, call: name, connections: n, round, ...figures };
        }
      }
    }
  }
}

/**
 * CPU that each contender takes while nobody asks it anything, in ms: one that spins shows here.
 *
 * @param {Contender[]} contenders @returns {Promise<Record<string, number | null>>}
 */
export async function idleCpu(contenders) {
  await delay(SETTLE_MS); // Closed connections and garbage of the last load are not idling.
  const before = contenders.map((contender) => contender.cpu());
  await delay(IDLE_MS);
  return Object.fromEntries(
    contenders.map((contender, i) => {
      const time = contender.cpuSince(before[i]);
      return [contender.name, time && time.totalNs / 1e6];
    }),
  );
}

/** @param {Contender} contender @param {Call} call @param {number} n @param {number} seconds */
export async function measure(contender, call, n, seconds) {
  const before = contender.cpu();
  const machineBefore = machineCpuMs();
  const { generatorCores, wallMs, ...figures } = await load(contender, call, n, seconds);
  const machine = machineCpuMs() - machineBefore;
  const time = contender.cpuSince(before);
  return {
    ...figures,
    cpuUs: time && time.totalNs / 1000 / figures.requests,
    jsUs: time && time.jsNs !== null ? time.jsNs / 1000 / figures.requests : null,
    cpuSource: time?.source ?? null,
    generatorCores,
    otherCores: time && Math.max(0, (machine - time.totalNs / 1e6) / wallMs - generatorCores),
  };
}

/** @param {Contender} contender @param {Call} call @param {number} n @param {number} seconds */
async function load(contender, call, n, seconds) {
  const { port, token } = contender;
  try {
    const run = {
      port,
      token,
      request: call.request,
      answer: answerOf(contender, call),
      connections: n,
      seconds,
    };
    const { perSecond } = call;
    return await contender.outlasts(perSecond ? runPaced({ ...run, perSecond }) : runWrk(run));
  } catch (error) {
    if (!(error instanceof LoadError)) throw error;
    throw new LoadError(`${contender.name} at ${n} connections: ${error.message}`);
  }
}

/** @template T @param {T[]} list @param {number} by @returns {T[]} */
export function rotated(list, by) {
  const start = by % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}
