/** A load by which CPU, and no time, is measured: so many calls, as many at a time as there are connections. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { answerOf, WrongAnswer } from '../verify.mjs';
import { requestText } from '../wire.mjs';
import { Answer } from './answer.mjs';

/** @typedef {import('../contender.mjs').Contender} Contender */
/** @typedef {import('../kinds/json.mjs').Call} Call */

/** @param {Contender} contender @param {Call} call @param {{ connections: number, calls: number }} load */
export async function callTimes(contender, call, { connections, calls }) {
  const { name, port, token } = contender;
  const message = requestText(call.request, token);
  const { status, body } = answerOf(contender, call);
  const bytes = Buffer.byteLength(body);
  let left = calls;

  const lane = async () => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    await once(socket, 'connect');
    try {
      while (left > 0) {
        left -= 1;
        const seen = await exchange(socket, message);
        if (seen.status === status && seen.bytes === bytes) continue;
        throw new WrongAnswer(
          `${name} answers ${seen.status} with ${seen.bytes} bytes, not ${status} with ${bytes}`,
        );
      }
    } finally {
      socket.destroy();
    }
  };
  await Promise.all(Array.from({ length: connections }, lane));
}

/** @param {import('node:net').Socket} socket @param {string} message */
function exchange(socket, message) {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    const answer = new Answer((piece) => {
      bytes += piece.length;
    });
    const settle = (/** @type {() => void} */ how) => {
      socket.removeAllListeners('data').removeAllListeners('error').removeAllListeners('close');
      how();
    };
    socket.on('data', (piece) => {
      try {
        answer.push(piece);
        if (answer.complete) settle(() => resolve({ status: answer.status, bytes }));
      } catch (error) {
        settle(() => reject(error));
      }
    });
    socket.once('error', (error) => settle(() => reject(error)));
    socket.once('close', () => settle(() => reject(new Error('the connection was closed'))));
    socket.write(message);
  });
}
