/** One connection of the load: sends prepared buffers, reads into one buffer, looks at what comes and keeps none. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { crc32 } from 'node:zlib';
import { Answer, Garbled } from './answer.mjs';
import { BLOCK, belongs } from './payload.mjs';
import { outgoing } from './requests.mjs';

const READ_BUFFER = 256 * 1024;
/** So much of a body that is no payload is kept, to be looked at or shown. */
const KEPT = 2_048;

/** @typedef {import('./requests.mjs').Wanted} Wanted */
/** @typedef {{ status: number, bytes: number, text: string, sum: number, inOrder: boolean }} Seen */

export class Connection {
  /** @type {import('node:net').Socket | undefined} */ #socket;
  #buffer = Buffer.allocUnsafeSlow(READ_BUFFER);
  /** Takes what comes in during a transfer. @type {Answer | undefined} */ #answer;
  #settle = { done: () => {}, failed: (/** @type {Error} */ _) => {} };

  /** @param {number} port */
  constructor(port) {
    this.port = port;
  }

  async open() {
    if (this.#socket) return;
    const onread = {
      buffer: this.#buffer,
      callback: (/** @type {number} */ length) => this.#read(this.#buffer.subarray(0, length)),
    };
    const socket = connect({ host: '127.0.0.1', port: this.port, noDelay: true, onread });
    this.#socket = socket;
    await once(socket, 'connect');
    socket.on('error', (error) => this.#lost(error));
    socket.on('end', () => this.#lost());
  }

  close() {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  /** Sends one request and reads its answer, both at once. @param {Wanted} wanted @returns {Promise<Seen>} */
  async transfer(wanted) {
    await this.open();
    const seen = { status: 0, bytes: 0, text: '', sum: 0, inOrder: true };
    const hasPayload = wanted.transfer === 'download' || wanted.transfer === 'echo';
    const answer = new Answer((piece) => {
      if (hasPayload && answer.status === 200) {
        seen.inOrder &&= belongs(piece, seen.bytes);
        if (wanted.summed) seen.sum = crc32(piece, seen.sum);
      } else if (seen.text.length < KEPT) {
        seen.text += piece.toString('latin1');
      }
      seen.bytes += piece.length;
    });
    const over = new Promise((done, failed) => {
      this.#settle = { done, failed };
    });
    this.#answer = answer;
    // An answer may come before all was sent: then the rest has no taker.
    await Promise.race([Promise.all([this.#send(outgoing(wanted)), over]), over]);
    this.#answer = undefined;
    if (answer.closes) this.close();
    return { ...seen, status: answer.status };
  }

  /** @param {import('./requests.mjs').Outgoing} message */
  async #send({ before, payload, after }) {
    const socket = this.#socket;
    socket.write(before);
    for (let at = 0; at < payload && !socket.destroyed; at += BLOCK.length) {
      // One block is with the kernel while the next one is prepared, which is no work at all.
      const isFree = socket.write(BLOCK.subarray(0, Math.min(BLOCK.length, payload - at)));
      if (!isFree) await room(socket);
    }
    if (after.length > 0) socket.write(after);
  }

  /** @param {Buffer} bytes */
  #read(bytes) {
    try {
      if (!this.#answer) throw new Garbled('bytes that nobody asked for');
      this.#answer.push(bytes);
      if (this.#answer.complete) this.#settle.done();
    } catch (error) {
      this.#lost(error);
    }
    return true;
  }

  /** The connection is of no more use. @param {Error} [error] */
  #lost(error) {
    const answer = this.#answer;
    this.close();
    if (!answer || answer.complete) return;
    if (error) return this.#settle.failed(error);
    try {
      answer.end();
      this.#settle.done();
    } catch (early) {
      this.#settle.failed(early);
    }
  }
}

/** Settles when a socket takes more, or nothing any more. @param {import('node:net').Socket} socket */
function room(socket) {
  return new Promise((resolve) => {
    const free = () => {
      socket.off('drain', free).off('close', free);
      resolve();
    };
    socket.on('drain', free).on('close', free);
  });
}
