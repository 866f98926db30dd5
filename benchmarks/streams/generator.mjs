/** The load generator as its parent sees it: jobs go in one by one, each answer of the server is checked. */
import { fileURLToPath } from 'node:url';
import { launch } from '../processes.mjs';
import { LoadError } from '../wrk.mjs';
import { checksum } from './payload.mjs';

const CLIENT = fileURLToPath(new URL('client.mjs', import.meta.url));
/** A transfer that takes longer hangs. */
const PATIENCE_MS = 60_000;

/** The contender says that it does not do this kind of transfer. */
export class NotServed extends Error {}

/** @typedef {import('./client.mjs').Job} Job */
/** @typedef {import('./client.mjs').Done} Done */
/** @typedef {import('./connection.mjs').Seen} Seen */

export class Generator {
  #child = launch(process.execPath, [CLIENT], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });

  /** @param {Job} job @returns {Promise<Done>} @throws {LoadError} when an answer is wrong; {NotServed}. */
  async run(job) {
    const done = await this.#ask(job);
    for (const seen of done.seen) check(job, seen);
    return done;
  }

  stop() {
    this.#child.kill('SIGKILL');
  }

  /** @param {Job} job @returns {Promise<Done>} */
  #ask(job) {
    return new Promise((resolve, reject) => {
      const child = this.#child;
      const settle = (/** @type {() => void} */ how) => {
        clearTimeout(timer);
        child.removeAllListeners('message').removeAllListeners('exit');
        how();
      };
      const fail = (/** @type {string} */ why) => settle(() => reject(new LoadError(why)));
      const timer = setTimeout(() => fail(`no end within ${PATIENCE_MS / 1000} s`), PATIENCE_MS);
      child.once('exit', () => fail('the load generator ended'));
      child.once('message', ({ done, error }) => (done ? settle(() => resolve(done)) : fail(error)));
      child.send(job);
    });
  }
}

/** @param {Job} job @param {Seen} seen */
function check({ transfer, bytes, summed }, { status, bytes: length, text, sum, inOrder }) {
  if (status === 415 || status === 501) throw new NotServed(`${status} ${text}`.trim());
  if (status !== 200) throw new LoadError(`answered ${status} ${text}`);
  if (transfer === 'download' || transfer === 'echo') {
    if (length !== bytes) throw new LoadError(`sent ${length} bytes instead of ${bytes}`);
    if (!inOrder) throw new LoadError('sent bytes that differ');
    if (summed && sum !== checksum(bytes)) throw new LoadError('sent bytes with another checksum');
    return;
  }
  const wanted = JSON.stringify({ bytes, ...(summed && { sum: checksum(bytes) }) });
  if (text !== `{"ok":true,"result":${wanted}}`) throw new LoadError(`answered ${text} instead of ${wanted}`);
}
