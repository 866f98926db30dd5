/** Connections that each have one call answered, and then stay open and silent. */
import { connect } from 'node:net';
import { WrongAnswer } from '../verify.mjs';
import { requestText } from '../wire.mjs';

/** More at a time would measure the memory of a burst. */
const AT_A_TIME = 50;

export class Crowd {
  /** @type {import('node:net').Socket[]} */ #sockets = [];

  /** @param {import('../contender.mjs').Contender} contender @param {import('../kinds/json.mjs').Call} call */
  constructor({ name, port, token }, { request, answer }) {
    this.name = name;
    this.port = port;
    this.message = requestText(request, token);
    this.answer = answer;
  }

  /** Adds so many. @param {number} count */
  async grow(count) {
    for (let left = count; left > 0; left -= AT_A_TIME) {
      await Promise.all(Array.from({ length: Math.min(left, AT_A_TIME) }, () => this.#open()));
    }
  }

  /** How many the server has not closed. */
  get open() {
    return this.#sockets.filter((socket) => socket.readyState === 'open').length;
  }

  leave() {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Settles when the one call has been answered. @returns {Promise<void>} */
  #open() {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: this.port, noDelay: true });
      this.#sockets.push(socket);
      let text = '';
      socket.setEncoding('utf8').on('data', (piece) => {
        text += piece;
        if (text.endsWith(this.answer.body)) {
          if (text.startsWith(`HTTP/1.1 ${this.answer.status} `)) resolve();
          else reject(new WrongAnswer(`${this.name} answers ${text.slice(0, 200)}`));
        }
      });
      const lost = (/** @type {unknown} */ why) =>
        reject(new WrongAnswer(`${this.name} closes a connection (${why}) after ${JSON.stringify(text)}`));
      socket.on('error', lost).on('close', lost);
      socket.write(this.message);
    });
  }
}
