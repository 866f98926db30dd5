/** One contender at work: a child process that serves on a port of its own, by itself or by children. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { familyBetween, familySnapshot } from './cpu.mjs';
import { descendants, end } from './proc.mjs';
import { launch } from './processes.mjs';

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 3_000;
const KEPT_STDERR = 8_192;

/** The port of the line that begins with `{"port":N`, by which most say that they listen; other lines are passed over. */
const announced = (/** @type {string} */ stdout) => /^\{"port":(\d+)[,}]/m.exec(stdout)?.[1];

/** A contender that did not start, or did not last; the message says which and shows its stderr. */
export class ContenderError extends Error {}

export class Contender {
  /** @type {number} */ port = 0;
  /** When the process was started, and when it said that it listens, by `performance.now()`. */
  startedAt = performance.now();
  listeningAt = Number.NaN;
  /** What it had printed by then. */
  greeting = '';
  /** The last of what the process wrote to stderr. */
  #stderr = '';
  #stopping = false;
  /** @type {import('./contenders.mjs').Listening} */ #listening;
  /** What the process had started when it was looked at last. @type {import('./proc.mjs').Relative[]} */
  #relatives = [];
  /** @type {import('node:child_process').ChildProcess} */ #child;
  /** Settles when the process is gone. @type {Promise<string>} */ #gone;

  /** @param {import('./contenders.mjs').Entry} entry */
  constructor(entry) {
    this.name = entry.name;
    this.label = entry.label;
    this.javascript = entry.javascript;
    this.#listening = entry.listening ?? announced;
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

  /** Builds what the contender needs. @param {import('./contenders.mjs').Entry} entry */
  static async prepare({ name, prepare }) {
    try {
      await prepare?.();
    } catch (error) {
      throw new ContenderError(`${name} could not be built: ${error.message}`);
    }
  }

  /** Starts it, and waits until it listens. @param {import('./contenders.mjs').Entry} entry */
  static async start(entry) {
    const contender = new Contender(entry);
    try {
      contender.port = await contender.outlasts(contender.#ready(), 'did not start');
    } catch (error) {
      await contender.stop();
      throw error;
    }
    return contender;
  }

  /** The CPU time so far of the server process and of what it has started. */
  cpu() {
    return familySnapshot(this.pid);
  }

  /**
   * The CPU time since then: of everything, and of the JavaScript main threads.
   *
   * @param {ReturnType<Contender['cpu']>} before
   */
  cpuSince(before) {
    const time = familyBetween(this.pid, before, this.cpu());
    if (!time) return null;
    const { totalNs, mainNs, childrenMainNs, source } = time;
    const jsNs = this.javascript === 'children' ? childrenMainNs : this.javascript ? mainNs : null;
    return { totalNs, jsNs, source };
  }

  /** The id of the server process, which on Linux is that of its main thread too. */
  get pid() {
    return this.#child.pid;
  }

  /** The server process and what it has started. @returns {number[]} */
  get pids() {
    return [this.pid, ...descendants(this.pid).map(({ pid }) => pid)];
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

  /** Ends the process and what it has started: politely, and for certain. */
  async stop() {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#look();
    this.#child.kill('SIGTERM');
    const patience = new AbortController();
    const impatient = delay(STOP_TIMEOUT_MS, null, { signal: patience.signal }).then(
      () => {
        this.#look();
        this.#child.kill('SIGKILL');
        end(this.#relatives); // As long as they hold its stdout, it does not count as gone.
      },
      () => {}, // It ended in time.
    );
    await this.#gone;
    patience.abort();
    await impatient;
    end(this.#relatives);
  }

  /** Remembers what the process has started: once it has ended, nobody knows whose they were. */
  #look() {
    const seen = descendants(this.pid);
    if (seen.length > 0) this.#relatives = seen;
  }

  /** @returns {Promise<number>} The port, once it listens. */
  #ready() {
    return new Promise((resolve, reject) => {
      const tooLate = () => reject(this.#error(`did not start within ${START_TIMEOUT_MS / 1000} s`));
      const timer = setTimeout(tooLate, START_TIMEOUT_MS);
      this.#gone.finally(() => clearTimeout(timer));
      let stdout = '';
      const look = () => {
        const port = stdout !== null && this.#listening(stdout, this.#stderr);
        if (!port) return;
        this.listeningAt = performance.now();
        this.greeting = stdout;
        stdout = null; // What comes from now on is only kept flowing.
        clearTimeout(timer);
        this.#look();
        resolve(Number(port));
      };
      this.#child.stderr.on('data', look);
      this.#child.stdout.setEncoding('utf8').on('data', (chunk) => {
        if (stdout !== null) stdout += chunk;
        look();
      });
    });
  }

  /** @param {string} what */
  #error(what) {
    const stderr = this.#stderr.trim();
    return new ContenderError(`${this.name} ${what}${stderr ? `; its stderr:\n${stderr}` : ''}`);
  }
}
