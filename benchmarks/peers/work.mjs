/** The work that every peer does, and no more: token, JSON in, handler, JSON out. */
import { token } from '../contenders/child.mjs';

export const PATH = '/__runner/task/app.tasks.add';

/** @param {{ a: number, b: number }} input */
export async function add({ a, b }) {
  return a + b;
}

/** Tokens are compared as strings, as in the servers by hand: not in constant time. @param {unknown} given */
export function isWelcome(given) {
  return given === token;
}

/** What a server in the form of the web's `fetch` makes of a call. @param {Request} request */
export async function respond(request) {
  if (!isWelcome(request.headers.get('x-runner-token'))) return failure(401, 'Unauthorized');
  let envelope;
  try {
    envelope = await request.json();
  } catch {
    return failure(400, 'Invalid JSON body');
  }
  try {
    return Response.json({ ok: true, result: await add(envelope.input) });
  } catch {
    return failure(500, 'Internal Error');
  }
}

/** @param {number} status @param {string} message */
export function failure(status, message) {
  return Response.json({ ok: false, error: { message } }, { status });
}
