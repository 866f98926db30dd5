/**
 * The limit: bare sockets that count, send or give back as many bytes as the head of a request says, and are no HTTP
 * server. What this one reaches is what Node's sockets can do; multipart is not served, for there is nothing to it here.
 */
import { createServer } from 'node:net';
import { BLOCK, checksum } from '../streams/payload.mjs';
import { SUMMED } from '../streams/requests.mjs';
import { announce, onTerminate, token } from './child.mjs';

const HIGH_WATER = 256 * 1024;
const END = '\r\n\r\n';

/** @typedef {import('node:net').Socket} Socket */

/** One connection; answers begin when a request has come to its end, but for an echo. */
class Connection {
  /** Of the request's body, bytes that are to come. */
  #left = 0;
  #head = '';
  #text = '';

  /** @param {Socket} socket */
  constructor(socket) {
    this.socket = socket.on('error', () => {});
    socket.on('drain', () => socket.resume());
  }

  /** @param {Buffer} bytes */
  push(bytes) {
    if (this.#left === 0) return this.#begin(bytes);
    this.#left -= bytes.length;
    this.#take(bytes);
    if (this.#left === 0) this.#end();
  }

  /** @param {Buffer} bytes A head comes in one piece, on loopback. */
  #begin(bytes) {
    const end = bytes.indexOf(END) + END.length;
    this.#head = bytes.toString('latin1', 0, end);
    this.#text = '';
    const length = Number(this.#field('content-length'));
    this.#left = length - (bytes.length - end);
    if (this.#is('echo')) this.#ok(length);
    if (end < bytes.length) this.#take(bytes.subarray(end));
    if (this.#left === 0) this.#end();
  }

  /** @param {Buffer} bytes */
  #take(bytes) {
    if (this.#is('download')) this.#text += bytes.toString();
    if (this.#is('echo') && !this.socket.write(bytes)) this.socket.pause();
  }

  #end() {
    if (this.#field('x-runner-token') !== token) return this.#say(401, { ok: false });
    if (this.#is('multipart')) return this.#say(501, { ok: false, error: { message: 'No HTTP, no parser' } });
    if (this.#is('octets')) {
      const bytes = Number(this.#field('content-length'));
      const sum = this.#field(SUMMED) && checksum(bytes);
      return this.#say(200, { ok: true, result: { bytes, ...(sum && { sum }) } });
    }
    if (this.#is('download')) this.#send(JSON.parse(this.#text).input.bytes);
  }

  /** @param {number} bytes */
  async #send(bytes) {
    this.#ok(bytes);
    for (let at = 0; at < bytes; at += BLOCK.length) {
      if (!this.socket.write(BLOCK)) await new Promise((free) => this.socket.once('drain', free));
    }
  }

  /** @param {number} status @param {unknown} body */
  #say(status, body) {
    const text = JSON.stringify(body);
    this.socket.write(`HTTP/1.1 ${status} \r\ncontent-length: ${text.length}${END}${text}`);
  }

  /** @param {number} length */
  #ok(length) {
    this.socket.write(`HTTP/1.1 200 \r\ncontent-length: ${length}${END}`);
  }

  /** @param {string} transfer */
  #is(transfer) {
    return this.#head.includes(`/app.tasks.${transfer} `);
  }

  /** @param {string} name */
  #field(name) {
    return new RegExp(`^${name}: (.*)\r$`, 'm').exec(this.#head)?.[1];
  }
}

const server = createServer({ noDelay: true, highWaterMark: HIGH_WATER }, (socket) => {
  const connection = new Connection(socket);
  socket.on('data', (bytes) => connection.push(bytes));
});

server.listen(0, '127.0.0.1', () => announce(server.address().port));
onTerminate(() => server.close());
