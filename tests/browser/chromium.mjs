/** A Chromium without a window, spoken to in the DevTools protocol over two pipes: no port, no package. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
export const MISSING = `No Chromium is on the PATH. Install one, or name its file in CHROMIUM:
  Debian, Ubuntu   apt-get install chromium
  macOS            brew install --cask chromium`;

const FLAGS = [
  '--headless',
  '--remote-debugging-pipe',
  '--no-first-run',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--no-proxy-server',
];
const STOP_TIMEOUT_MS = 5_000;

/** @returns {string | undefined} The file of a Chromium. */
export function findChromium() {
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [process.env.CHROMIUM, ...onPath, ...PLACES].find((file) => file && isExecutable(file));
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export class Chromium {
  #profile = mkdtempSync(join(tmpdir(), 'runner-native-browser-'));
  #child;
  #last = 0;
  #text = '';
  /** @type {Map<number, { resolve: (result: any) => void, reject: (error: Error) => void }>} */
  #asked = new Map();
  /** @type {Set<(event: { method: string, params: any, sessionId?: string }) => void>} */
  #listeners = new Set();

  constructor(file = findChromium() ?? 'chromium') {
    // Root has no sandbox to be put into.
    const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const flags = [...FLAGS, ...asRoot, `--user-data-dir=${this.#profile}`];
    this.#child = spawn(file, flags, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    const [, , , , answers] = this.#child.stdio;
    answers.setEncoding('utf8').on('data', (text) => this.#receive(text));
    const gone = (/** @type {string} */ why) => {
      for (const { reject } of this.#asked.values()) reject(new Error(`Chromium ended: ${why}`));
      this.#asked.clear();
    };
    this.#child.once('error', (error) => gone(error.message));
    this.#child.once('exit', (code, signal) => gone(signal ?? `exit ${code}`));
    this.#child.stdio[3].on('error', () => {}); // Its end is told above.
    process.once('exit', this.#kill);
  }

  /**
   * @param {string} method @param {object} [params] @param {string} [sessionId] Of a page.
   * @returns {Promise<any>}
   */
  ask(method, params = {}, sessionId = undefined) {
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#child.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }

  /** @param {(event: { method: string, params: any, sessionId?: string }) => void} listener */
  listen(listener) {
    this.#listeners.add(listener);
  }

  async close() {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'exit');
      const timer = setTimeout(this.#kill, STOP_TIMEOUT_MS);
      this.ask('Browser.close').catch(() => {});
      await ended;
      clearTimeout(timer);
    }
    process.off('exit', this.#kill);
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  #kill = () => this.#child.kill('SIGKILL');

  /** @param {string} text Messages, each with a NUL behind it. */
  #receive(text) {
    const messages = (this.#text + text).split('\0');
    this.#text = messages.pop();
    for (const message of messages.map((one) => JSON.parse(one))) {
      if (message.id === undefined) {
        for (const listener of this.#listeners) listener(message);
        continue;
      }
      const { resolve, reject } = this.#asked.get(message.id) ?? {};
      this.#asked.delete(message.id);
      if (message.error) reject?.(new Error(message.error.message));
      else resolve?.(message.result);
    }
  }
}
