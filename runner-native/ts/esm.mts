export type * from './index.js';

import runnerNative from './index.js';

// One module instance for both ways of importing, so that `instanceof TunnelError` holds across them.
export const { ERROR_CODES, TunnelError, TunnelServer } = runnerNative;

export const nativeExposure = exposure('nativeExposure');
export const nodeExposure = exposure('nodeExposure');
export const exposureOverride = exposure('exposureOverride');

/** An import takes all names at once: without a Runner, those that need it say so when they are used. */
function exposure<Name extends 'nativeExposure' | 'nodeExposure' | 'exposureOverride'>(
  name: Name,
): (typeof runnerNative)[Name] {
  try {
    return runnerNative[name];
  } catch (error) {
    const fail = (): never => {
      throw error;
    };
    return new Proxy({}, { get: fail, has: fail, ownKeys: fail }) as (typeof runnerNative)[Name];
  }
}
