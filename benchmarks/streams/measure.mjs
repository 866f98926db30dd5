/** Transfers of every kind by every contender, in turns. */
import { ContenderError } from '../contender.mjs';
import { machineCpuMs, reapedCpuMs } from '../cpu.mjs';
import { MIB } from '../kinds/streams.mjs';
import { rotated } from '../measure.mjs';
import { forgetPeak, peakMiB } from '../resident.mjs';
import { LoadError } from '../wrk.mjs';
import { NotServed, runTransfers } from './generator.mjs';

/** What a contender is asked for first, to see whether it serves this kind of transfer. */
const TRIAL_BYTES = MIB;
const WARM_UPS = 2;

/** @typedef {import('../contender.mjs').Contender} Contender */
/** @typedef {import('../kinds/streams.mjs').StreamWork} StreamWork */
/** @typedef {import('../kinds/streams.mjs').Transfer} Transfer */
/** @typedef {{ work: StreamWork, rounds: number, connections: number[] }} Options */

/**
 * @typedef {object} Row One contender, one kind of transfer, so many at a time, in one round.
 * @property {string} contender @property {Transfer} transfer @property {number} connections
 * @property {number} round
 * @property {number} mibPerSec Of payload, counted once where it goes both ways.
 * @property {number | null} cpuUs CPU of the server process per MiB, user and system.
 * @property {number | null} jsUs CPU of its JavaScript main thread per MiB.
 * @property {number | null} peakMiB The most memory it had resident meanwhile.
 * @property {'schedstat' | 'stat' | null} cpuSource
 * @property {number} generatorCores CPU of the load generator, in cores.
 * @property {number | null} otherCores CPU of everything else on the machine meanwhile, in cores.
 */

/** @typedef {Map<Contender, { served: Set<Transfer>, refused: Record<string, string> }>} Served */

/**
 * Every byte of some transfers of each kind is checked; that is the warm-up too.
 *
 * @param {Contender[]} contenders @param {Options} options @returns {Promise<Served>}
 */
export async function verifyAll(contenders, { work, connections }) {
  /** @type {Served} */
  const all = new Map();
  const atATime = Math.max(...connections);
  for (const contender of contenders) {
    const served = new Set();
    const refused = {};
    for (const transfer of Object.keys(work.transfers)) {
      const load = (size) => run(contender, { transfer, summed: true, ...size });
      try {
        await load({ bytes: TRIAL_BYTES, connections: 1, count: 1 });
        await load({ bytes: work.bytes, connections: atATime, count: WARM_UPS * atATime });
        served.add(transfer);
      } catch (error) {
        if (!(error instanceof NotServed)) throw error;
        refused[transfer] = error.message;
      }
    }
    await refusesStrangers(contender);
    all.set(contender, { served, refused });
  }
  return all;
}

/** @param {Served} served @param {Options} options @returns {AsyncGenerator<Row>} */
export async function* rounds(served, { work, rounds: count, connections }) {
  for (let round = 1; round <= count; round += 1) {
    for (const transfer of Object.keys(work.transfers)) {
      for (const n of connections) {
        for (const contender of rotated([...served.keys()], round - 1)) {
          if (!served.get(contender).served.has(transfer)) continue;
          const figures = await measure(contender, work, transfer, n);
          yield { contender: contender.name, transfer, connections: n, round, ...figures };
        }
      }
    }
  }
}

/** @param {Contender} contender @param {StreamWork} work @param {number} n */
async function measure(contender, { bytes, count }, transfer, n) {
  const { pid } = contender;
  const knowsPeak = forgetPeak(pid);
  const before = contender.cpu();
  const start = performance.now();
  const machineBefore = machineCpuMs();
  const oursBefore = ourCpuMs();
  const job = { transfer, bytes, summed: false, connections: n, count };
  const { wallMs, cpuMs } = await run(contender, job);
  const machine = machineCpuMs() - machineBefore;
  const ours = ourCpuMs() - oursBefore;
  const elapsedMs = performance.now() - start;
  const time = contender.cpuSince(before);
  const mib = (bytes * count) / MIB;
  return {
    mibPerSec: (mib / wallMs) * 1000,
    cpuUs: time && time.totalNs / 1000 / mib,
    jsUs: time && time.jsNs / 1000 / mib,
    peakMiB: knowsPeak ? peakMiB(pid) : null,
    cpuSource: time?.source ?? null,
    generatorCores: cpuMs / wallMs,
    otherCores: time && Math.max(0, (machine - time.totalNs / 1e6 - ours) / elapsedMs),
  };
}

/** CPU time of the benchmark: this process, and the load with its start and end. */
function ourCpuMs() {
  const { user, system } = process.cpuUsage();
  return reapedCpuMs() + (user + system) / 1000;
}

/** @param {Contender} contender */
async function run(contender, job) {
  const { port, token, name } = contender;
  try {
    return await contender.outlasts(runTransfers({ port, token, ...job }));
  } catch (error) {
    if (error instanceof NotServed || error instanceof ContenderError) throw error;
    throw new LoadError(`${name}, ${job.transfer}, ${job.connections} at a time: ${error.message}`);
  }
}

/** @param {Contender} contender */
async function refusesStrangers(contender) {
  const { port, token, name } = contender;
  const job = { transfer: 'download', bytes: TRIAL_BYTES, summed: false, connections: 1, count: 1 };
  const answer = await runTransfers({ port, ...job, token: `${token}x` }).catch((error) => error.message);
  if (!String(answer).startsWith('answered 401')) {
    throw new LoadError(`${name} does not answer a wrong token with 401: ${answer}`);
  }
}
