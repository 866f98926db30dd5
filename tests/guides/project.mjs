// Where a guide is followed: an empty folder outside the repository, beside something that looks like a clone.
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { patched } from './blocks.mjs';
import { Running } from './running.mjs';

/**
 * @typedef {object} Clone what a guide takes from a clone, as it is after `npm run package` and `npm run build`
 * @property {string} packages the folder with the tarballs
 * @property {string} front the binary rust-tunnel
 */

/** A reader, and what is open on their desk. */
export class Reader {
  #home = realpathSync(mkdtempSync(join(tmpdir(), 'guide-')));
  #folder = join(this.#home, 'work');
  /** @type {Map<string, string>} the ports that the text says, and those that are free */
  #ports = new Map();
  /** @type {Running[]} */
  #running = [];
  /** The commands whose output comes next. @type {Running | undefined} */
  #last;

  /** @param {Clone} clone */
  constructor({ packages, front }) {
    const clone = join(this.#folder, 'runner-native');
    mkdirSync(join(clone, 'target/release'), { recursive: true });
    symlinkSync(packages, join(clone, 'dist-packages'));
    symlinkSync(front, join(clone, 'target/release/rust-tunnel'));
    // On a terminal it shows no progress.
    writeFileSync(join(this.#home, '.curlrc'), 'silent\nshow-error\n');
  }

  /** Follows one block. @param {import('./blocks.mjs').Block} block */
  async follow({ language, role, attributes, text: written }) {
    const text = await this.#here(written);
    if (role === 'file' && language === 'diff')
      this.#write(attributes.file, patched(this.#read(attributes.file), text));
    else if (role === 'file') this.#write(attributes.file, text);
    else if (role === 'run') await this.#run(text, Number(attributes.exit ?? 0));
    else if (role === 'start') this.#running.push(this.#start(text));
    else if (role === 'stop') await this.#stop();
    else if (role === 'output') await this.#expect(text, attributes.output);
  }

  async leave() {
    await this.#stop();
    rmSync(this.#home, { recursive: true, force: true });
  }

  /** With free ports in the place of those that the text says. */
  async #here(text) {
    for (const [port] of text.matchAll(/\b707\d\b/g)) {
      if (!this.#ports.has(port)) this.#ports.set(port, await freePort());
    }
    return text.replace(/\b707\d\b/g, (port) => this.#ports.get(port) ?? port);
  }

  #read(file) {
    return readFileSync(join(this.#folder, file), 'utf8');
  }

  #write(file, text) {
    writeFileSync(join(this.#folder, file), text);
  }

  async #run(commands, code) {
    const place = join(this.#home, 'place');
    this.#last = this.#start(`${commands}\npwd > ${place}`);
    await this.#last.ended(code);
    if (code === 0) this.#folder = readFileSync(place, 'utf8').trim();
  }

  #start(commands) {
    this.#last = new Running(commands, this.#folder, { CURL_HOME: this.#home });
    return this.#last;
  }

  async #expect(text, of) {
    const printer = of === 'server' ? this.#running.at(-1) : this.#last;
    if (printer === undefined) throw new Error('nothing is there that could print this');
    await printer.prints(text);
  }

  async #stop() {
    await Promise.all(this.#running.map((one) => one.stop()));
    this.#running = [];
  }
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}
