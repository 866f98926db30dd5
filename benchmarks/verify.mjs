/** Before any load: a contender answers as it should, and refuses whom it should refuse. */
import { Agent, request as send } from 'node:http';

/** So much of a body is shown. */
const SHOWN = 200;

/** A contender answers something else than it should. */
export class WrongAnswer extends Error {}

/**
 * @param {import('./contender.mjs').Contender} contender
 * @param {import('./kinds/json.mjs').Call} wanted
 */
export async function verify(contender, wanted) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const { name, port, token } = contender;
    const answer = answerOf(contender, wanted);
    expectAnswer(name, await call(agent, port, token, wanted), answer);
    const second = await call(agent, port, token, wanted);
    expectAnswer(name, second, answer);
    if (!second.reused) throw new WrongAnswer(`${name} does not keep its connections open`);
    const refused = await call(agent, port, `${token}x`, wanted);
    if (refused.status !== 401) {
      throw new WrongAnswer(`${name} answers a wrong token with ${describe(refused)} instead of 401`);
    }
  } finally {
    agent.destroy();
  }
}

/** @param {{ name: string }} contender @param {import('./kinds/json.mjs').Call} call */
export function answerOf({ name }, { answer, answers }) {
  return answers?.[name] ?? answer;
}

/** @typedef {{ status: number, body: Buffer, reused: boolean }} Seen */

/**
 * @param {Agent} agent @param {number} port @param {string} token
 * @param {import('./kinds/json.mjs').Call} wanted @returns {Promise<Seen>}
 */
function call(agent, port, token, { request }) {
  return new Promise((resolve, reject) => {
    const { method, path } = request;
    const headers = {
      ...request.headers,
      'x-runner-token': token,
      'content-length': Buffer.byteLength(request.body),
    };
    const outgoing = send({ host: '127.0.0.1', agent, port, method, path, headers, timeout: 5_000 });
    outgoing.once('timeout', () => outgoing.destroy(new Error('no answer within 5 s')));
    outgoing.once('error', reject);
    outgoing.once('response', async (response) => {
      try {
        const body = Buffer.concat(await response.toArray());
        resolve({ status: response.statusCode, body, reused: outgoing.reusedSocket });
      } catch (error) {
        reject(error);
      }
    });
    outgoing.end(request.body);
  });
}

/** @param {string} name @param {Seen} seen @param {{ status: number, body: string }} wanted */
function expectAnswer(name, seen, wanted) {
  if (seen.status === wanted.status && seen.body.equals(Buffer.from(wanted.body))) return;
  throw new WrongAnswer(
    `${name} answers ${describe(seen)} instead of ${wanted.status} ${wanted.body.slice(0, SHOWN)}`,
  );
}

/** @param {Seen} seen */
function describe({ status, body }) {
  return `${status} ${body.toString('utf8', 0, SHOWN)}`;
}
