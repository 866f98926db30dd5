export type * from './index.js';

import type { Exposures } from './exposure/resource.js';
import runnerNative from './index.js';

// One module instance for both ways of importing, so that `instanceof TunnelError` holds across them.
export const { ERROR_CODES, InputFile, TunnelError, TunnelServer } = runnerNative;

// Named by their types: written out they would look for them where a bundler finds others.
export const nativeExposure: Exposures['nativeExposure'] = exposure('nativeExposure');
export const nodeExposure: Exposures['nodeExposure'] = exposure('nodeExposure');
export const exposureOverride: Exposures['exposureOverride'] = exposure('exposureOverride');

/** An import takes all names at once: without a Runner, those that need it say so when they are used. */
function exposure<Name extends keyof Exposures>(name: Name): Exposures[Name] {
  try {
    return runnerNative[name];
  } catch (error) {
    const fail = (): never => {
      throw error;
    };
    return new Proxy({}, { get: fail, has: fail, ownKeys: fail }) as Exposures[Name];
  }
}
