import { loadNative } from '../binding';
import { frontSocket } from '../worker_link';
import type { Warn } from './config';

/** `require`: no server without the addon; `off`: never the addon. A worker needs none. */
const CHOICE = 'RUNNER_NATIVE';

/**
 * Whether Rust can serve: the front whose worker this process is, or the addon. If it can't, the stock exposure does, and
 * a warning says why.
 *
 * @throws {Error} when it can't and `RUNNER_NATIVE=require`, or when that variable holds anything else.
 */
export function isNative(warn: Warn): boolean {
  const choice = process.env[CHOICE] ?? '';
  if (!['', 'require', 'off'].includes(choice)) {
    throw new Error(`${CHOICE} must be "require" or "off", or not be set; got ${JSON.stringify(choice)}`);
  }
  // The stock exposure would listen by itself, and the front would wait for its worker in vain.
  if (frontSocket() !== undefined) return true;
  if (choice === 'off') return false;
  try {
    loadNative();
    return true;
  } catch (error) {
    if (choice === 'require') throw error;
    const mend = `served by nodeExposure instead; ${CHOICE}=require makes this an error, ${CHOICE}=off silences it`;
    warn('exposure.native.unavailable', { error, data: { mend } });
    return false;
  }
}
