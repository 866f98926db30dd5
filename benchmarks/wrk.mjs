/** Load by wrk, one thread, every answer checked (see wrk.lua). */
import { fileURLToPath } from 'node:url';
import { reapedCpuMs } from './cpu.mjs';
import { finish } from './processes.mjs';

const SCRIPT = fileURLToPath(new URL('wrk.lua', import.meta.url));

/** Above this share of one core it is wrk that is measured, not the server. */
export const GENERATOR_LIMIT = 0.9;

/** An answer was wrong, or none came. */
export class LoadError extends Error {}

/** @returns {Promise<string | null>} The version of the wrk on PATH, `null` when there is none. */
export async function wrkVersion() {
  try {
    const { stdout, stderr } = await finish('wrk', ['-v']); // Prints its version, and exits with 1.
    return `${stdout}${stderr}`.split('\n')[0].replace(/\s*Copyright.*/, '');
  } catch {
    return null;
  }
}

/**
 * @typedef {object} Load What one run saw.
 * @property {number} requests @property {number} reqPerSec
 * @property {number} p50Us @property {number} p99Us @property {number} p999Us @property {number} maxUs
 * @property {number} wallMs How long it took, from start to end of the generator's process.
 * @property {number | null} generatorCores CPU that it took itself, in cores.
 */

/**
 * @param {object} run
 * @param {number} run.port @param {string} run.token
 * @param {import('./kinds/json.mjs').Call['request']} run.request @param {import('./kinds/json.mjs').Answer} run.answer
 * @param {number} run.connections @param {number} run.seconds
 * @returns {Promise<Load>}
 */
export async function runWrk({ port, token, request, answer, connections, seconds }) {
  const headers = { ...request.headers, 'x-runner-token': token };
  const input = `${Buffer.byteLength(request.body)} ${Buffer.byteLength(answer.body)}\n${request.body}${answer.body}`;
  const args = [
    ...['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '--timeout', '5s', '-s', SCRIPT],
    ...[`http://127.0.0.1:${port}${request.path}`, '--'],
    ...[request.method, String(answer.status), ...Object.entries(headers).flat()],
  ];
  return metered(async () => {
    const { code, stdout, stderr } = await finish('wrk', args, { input });
    const result = parse(code, stdout, stderr);
    check(result, stdout);
    const { requests, durationUs, p50Us, p99Us, p999Us, maxUs } = result;
    return { requests, reqPerSec: (requests / durationUs) * 1e6, p50Us, p99Us, p999Us, maxUs };
  });
}

/**
 * What a load generator saw, with how long it ran and the CPU that it took.
 *
 * @template T @param {() => Promise<T>} run @returns {Promise<T & Pick<Load, 'wallMs' | 'generatorCores'>>}
 */
export async function metered(run) {
  const cpuBefore = reapedCpuMs();
  const start = performance.now();
  const seen = await run();
  const wallMs = performance.now() - start;
  return {
    ...seen,
    wallMs,
    generatorCores: cpuBefore === null ? null : (reapedCpuMs() - cpuBefore) / wallMs,
  };
}

/** @param {number | null} code @param {string} stdout @param {string} stderr */
function parse(code, stdout, stderr) {
  const line = /^BENCH (\{.*\})$/m.exec(stdout);
  if (code !== 0 || !line) throw new LoadError(`wrk failed (exit ${code})\n${stdout}${stderr}`.trim());
  return JSON.parse(line[1]);
}

/** @param {{ requests: number, errors: Record<string, number> }} result @param {string} stdout */
function check({ requests, errors }, stdout) {
  const seen = Object.entries(errors).filter(([, count]) => count > 0);
  if (requests > 0 && seen.length === 0) return;
  const counts = seen.map(([what, count]) => `${what} ${count}`).join(', ') || 'no answers at all';
  const sample = /^BENCH-WRONG (.*)$/m.exec(stdout);
  const first = sample ? `; the first wrong one: ${sample[1]}` : '';
  throw new LoadError(`of ${requests} answers: ${counts}${first}`);
}
