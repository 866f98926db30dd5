/** The work of `bench growth`: the same call with ever more tasks exposed; the one that is called stands last. */
import { json } from './json.mjs';

const FLAT = /** @type {const} */ ({
  figure: 'cpuUs',
  connections: 64,
  to: 'native-exposure-1',
  atLeast: 0.95,
  atMost: 1.05,
});

/** @type {import('./json.mjs').Work} */
export const growth = {
  ...json,
  name: 'growth',
  title: 'small JSON call to the last of many exposed tasks',
  contenders: [
    'native-exposure-1',
    'native-exposure-100',
    'native-exposure-1000',
    'native-exposure-10000',
    'node-exposure-1',
    'node-exposure-1000',
  ],
  connections: [64],
  targets: [
    { ...FLAT, of: 'native-exposure-100' },
    { ...FLAT, of: 'native-exposure-1000' },
    { ...FLAT, of: 'native-exposure-10000' },
    { figure: 'cpuUs', connections: 64, of: 'node-exposure-1000', to: 'node-exposure-1' },
    {
      figure: 'reqPerSec',
      connections: 64,
      of: 'native-exposure-1000',
      to: 'node-exposure-1000',
      atLeast: 15,
    },
  ],
};
