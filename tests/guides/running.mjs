// A command that a guide gives.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { isOutput } from './output.mjs';

const MINUTE = 60_000;
const SETTINGS = {
  NO_COLOR: '1',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_prefer_offline: 'true',
  npm_config_update_notifier: 'false',
};

/** Commands in a shell of their own, from the moment they are given until all that they started has ended. */
export class Running {
  #child;
  #ended;
  #printed = '';
  /** What of it has been looked at. */
  #seen = 0;
  #heard = () => {};

  /** @param {string} commands @param {string} folder @param {NodeJS.ProcessEnv} env */
  constructor(commands, folder, env) {
    const { NODE_TEST_CONTEXT: _, RUNNER_NATIVE: __, ...own } = process.env;
    this.#child = spawn('bash', ['-euo', 'pipefail', '-c', commands], {
      cwd: folder,
      env: { ...own, ...SETTINGS, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: what it starts ends with it.
      detached: true,
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.#printed += text;
        this.#heard();
      });
    }
    this.#ended = once(this.#child, 'close').then(([code]) => code);
  }

  /** Waits for its end, which must be with this code. @param {number} code */
  async ended(code) {
    const ended = await within(2 * MINUTE, this.#ended, () => this.#kill('SIGKILL'));
    if (ended !== code) throw new Error(`it ended with ${ended}, and not ${code}:\n${this.#printed}`);
  }

  /** Waits until this is what it has printed since the last time. @param {string} expected */
  async prints(expected) {
    const isThere = () => isOutput(this.#printed.slice(this.#seen), expected);
    const said = new Promise((resolve) => {
      this.#heard = () => isThere() && resolve(undefined);
      this.#heard();
    });
    await within(MINUTE / 3, Promise.race([said, this.#ended]), () => {});
    if (!isThere()) {
      throw new Error(`expected:\n${expected}\nprinted:\n${this.#printed.slice(this.#seen)}`);
    }
    this.#seen = this.#printed.length;
  }

  /** Ctrl-C, to what must still be there. */
  async stop() {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) {
      throw new Error(`it has ended by itself with ${exitCode ?? signalCode}:\n${this.#printed}`);
    }
    this.#kill('SIGINT');
    await within(MINUTE / 3, this.#ended, () => this.#kill('SIGKILL'));
  }

  #kill(signal) {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    process.kill(-(this.#child.pid ?? 0), signal);
  }
}

/** What comes first: an event, or the end of the time, after which something is done. */
async function within(ms, event, late) {
  let timer;
  const time = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  }).then(late);
  return Promise.race([event, time]).finally(() => clearTimeout(timer));
}
