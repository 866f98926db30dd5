export type * from './index.js';

import runnerNative from './index.js';

// One module instance for both ways of importing, so that `instanceof TunnelError` holds across them.
export const { ERROR_CODES, TunnelError, TunnelServer } = runnerNative;
