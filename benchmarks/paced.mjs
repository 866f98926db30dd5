/** Load at a given rate, whether or not the server keeps up: the Rust program under load/ (open loop). */
import { binary, build } from './cargo.mjs';
import { finish } from './processes.mjs';
import { requestText } from './wire.mjs';
import { LoadError, metered } from './wrk.mjs';

/** Builds it, if it has changed. @returns {Promise<string>} What it is, for the results. */
export async function preparePaced() {
  await build('the open-loop load', 'bench-load');
  return 'bench-load, open loop, 1 thread';
}

/**
 * @param {object} run
 * @param {number} run.port @param {string} run.token
 * @param {import('./kinds/json.mjs').Call['request']} run.request @param {import('./kinds/json.mjs').Answer} run.answer
 * @param {number} run.connections @param {number} run.seconds @param {number} run.perSecond
 */
export async function runPaced({ port, token, request, answer, connections, seconds, perSecond }) {
  const message = requestText(request, token);
  const lengths = [answer.status, Buffer.byteLength(message), Buffer.byteLength(answer.body)];
  const input = `${lengths.join(' ')}\n${message}${answer.body}`;
  const args = [port, connections, seconds, perSecond].map(String);
  return metered(async () => {
    const { code, stdout, stderr } = await finish(binary('bench-load'), args, { input });
    if (code !== 0) throw new LoadError(stderr.trim() || `bench-load failed (exit ${code})`);
    return JSON.parse(stdout);
  });
}
