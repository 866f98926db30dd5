/** One contender at work: a child process that serves on a port of its own. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { cpuSnapshot } from './cpu.mjs';
import { launch } from './processes.mjs';

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 3_000;
const KEPT_STDERR = 8_192;

/** A contender that did not start, or did not last; the message says which and shows its stderr. */
export class ContenderError extends Error {}

export class Contender {
  /** @type {number} */ port = 0;
  /** The last of what the process wrote to stderr. */
  #stderr = '';
  #stopping = false;
  /** @type {import('node:child_process').ChildProcess} */ #child;
  /** Settles when the process is gone. @type {Promise<string>} */ #gone;

  /** @param {import('./contenders.mjs').Entry} entry */
  constructor(entry) {
    this.name = entry.name;
    this.label = entry.label;
    this.javascript = entry.javascript;
    this.token = randomUUID();
    const [file, ...args] = entry.command();
    const { NODE_OPTIONS: _, ...environment } = process.env;
    this.#child = launch(file, args, {
      env: { ...environment, NODE_ENV: 'production', BENCH_TOKEN: this.token },
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text) => {
      this.#stderr = (this.#stderr + text).slice(-KEPT_STDERR);
    });
    this.#gone = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(error.message));
      this.#child.once('close', (code, signal) => resolve(signal ?? `exit ${code}`));
    });
  }

  /** Builds what the contender needs, starts it, and waits until it listens. */
  static async start(/** @type {import('./contenders.mjs').Entry} */ entry) {
    try {
      await entry.prepare?.();
    } catch (error) {
      throw new ContenderError(`${entry.name} could not be built: ${error.message}`);
    }
    const contender = new Contender(entry);
    contender.port = await contender.outlasts(contender.#ready(), 'did not start');
    return contender;
  }

  /** The CPU time of the server process so far. */
  cpu() {
    return cpuSnapshot(this.#child.pid);
  }

  /** The id of the server process, which on Linux is that of its main thread too. */
  get pid() {
    return this.#child.pid;
  }

  /**
   * The outcome of `work`, unless the process goes away first.
   *
   * @template T @param {Promise<T>} work @param {string} [otherwise] @returns {Promise<T>}
   */
  async outlasts(work, otherwise = 'ended during the run') {
    const gone = this.#gone.then((how) => {
      throw this.#error(`${otherwise} (${how})`);
    });
    return Promise.race([work, gone]);
  }

  /** Ends the process: politely, and for certain. */
  async stop() {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#child.kill('SIGTERM');
    const patience = new AbortController();
    const impatient = delay(STOP_TIMEOUT_MS, null, { signal: patience.signal }).then(
      () => this.#child.kill('SIGKILL'),
      () => {}, // It ended in time.
    );
    await this.#gone;
    patience.abort();
    await impatient;
  }

  /** @returns {Promise<number>} The port of the line `{"port":N}`; other lines are passed over. */
  #ready() {
    return new Promise((resolve, reject) => {
      const tooLate = () => reject(this.#error(`did not start within ${START_TIMEOUT_MS / 1000} s`));
      const timer = setTimeout(tooLate, START_TIMEOUT_MS);
      this.#gone.finally(() => clearTimeout(timer));
      let text = '';
      this.#child.stdout.setEncoding('utf8').on('data', (chunk) => {
        if (text === null) return; // Ready long since; only kept flowing.
        text += chunk;
        const line = /^\{"port":(\d+)\}$/m.exec(text);
        if (!line) return;
        text = null;
        clearTimeout(timer);
        resolve(Number(line[1]));
      });
    });
  }

  /** @param {string} what */
  #error(what) {
    const stderr = this.#stderr.trim();
    return new ContenderError(`${this.name} ${what}${stderr ? `; its stderr:\n${stderr}` : ''}`);
  }
}
