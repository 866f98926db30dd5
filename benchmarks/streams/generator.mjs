/** The load of `streams`: the Rust program under load/, once for each measurement; each answer of the server is checked. */
import { binary, build } from '../cargo.mjs';
import { finish } from '../processes.mjs';
import { LoadError } from '../wrk.mjs';
import { BLOCK, checksum } from './payload.mjs';
import { outgoing } from './requests.mjs';

/** A transfer that takes longer hangs. */
const PATIENCE_MS = 60_000;

/**
 * @typedef {import('./requests.mjs').Wanted & { port: number, connections: number, count: number }} Job
 *   `count` transfers in all, `connections` of them at a time.
 *
 * @typedef {object} Seen What came of a transfer.
 * @property {number} status
 * @property {number} bytes Length of the answer's body.
 * @property {string} text The body, if it is not the payload.
 * @property {boolean} isWrong Some of the payload was not what it should be.
 *
 * @typedef {object} Done
 * @property {number} wallMs From before the first byte that is sent to the last that is read.
 * @property {number} cpuMs What the load took of the CPU meanwhile.
 * @property {Seen[]} seen One for each transfer.
 */

/** The contender says that it does not do this kind of transfer. */
export class NotServed extends Error {}

/** Builds it, if it has changed. @returns {Promise<string>} What it is, for the results. */
export async function prepareTransfers() {
  await build('the load of large bodies', 'bench-streams');
  return 'bench-streams, 1 thread';
}

/** @param {Job} job @returns {Promise<Done>} @throws {LoadError} when an answer is wrong; {NotServed}. */
export async function runTransfers(job) {
  const { before, payload, after } = outgoing(job);
  const lengths = [before.length, payload, after.length, BLOCK.length];
  const input = Buffer.concat([Buffer.from(`${lengths.join(' ')}\n`), before, after, BLOCK]);
  const args = [job.port, job.connections, job.count, compared(job)].map(String);
  const options = { input, timeout: PATIENCE_MS };
  const { code, signal, stdout, stderr } = await finish(binary('bench-streams'), args, options);
  if (signal === 'SIGTERM') throw new LoadError(`no end within ${PATIENCE_MS / 1000} s`);
  if (code !== 0) throw new LoadError(stderr.trim() || `bench-streams failed (${signal ?? `exit ${code}`})`);
  const done = JSON.parse(stdout);
  for (const seen of done.seen) check(job, seen);
  return done;
}

/** Whether the payload is what the server answers with. @param {Job} job */
const comesBack = ({ transfer }) => transfer === 'download' || transfer === 'echo';

/** What is compared of an answer. @param {Job} job */
function compared(job) {
  if (!comesBack(job)) return 'text';
  return job.summed ? 'all' : 'ends';
}

/** @param {Job} job @param {Seen} seen */
function check(job, { status, bytes: length, text, isWrong }) {
  const { bytes, summed } = job;
  if (status === 415 || status === 501) throw new NotServed(`${status} ${text}`.trim());
  if (status !== 200) throw new LoadError(`answered ${status} ${text}`);
  if (comesBack(job)) {
    if (length !== bytes) throw new LoadError(`sent ${length} bytes instead of ${bytes}`);
    if (isWrong) throw new LoadError('sent bytes that differ');
    return;
  }
  const wanted = JSON.stringify({ bytes, ...(summed && { sum: checksum(bytes) }) });
  if (text !== `{"ok":true,"result":${wanted}}`) throw new LoadError(`answered ${text} instead of ${wanted}`);
}
