/** The work of `bench memory`: the small call, by connections that are busy and by such that fall silent after one. */
import { json } from './json.mjs';

const BUSY = 256;

/**
 * @typedef {import('./json.mjs').Work & { idle: number }} MemoryWork With how many idle connections are opened.
 */

/** @type {MemoryWork} */
export const memory = {
  ...json,
  name: 'memory',
  title: `resident memory: under the load of ${BUSY} connections, and for each of 2000 idle ones`,
  idle: 2_000,
  figures: ['busyMiB', 'freshMiB', 'idleBytes', 'idleCpuMs'],
  compared: 'busyMiB',
  connections: [BUSY],
  targets: [
    { figure: 'busyMiB', connections: BUSY, of: 'native-exposure', atMost: 100 },
    { figure: 'busyMiB', connections: BUSY, of: 'native-exposure', to: 'node-exposure', atMost: 1 },
    { figure: 'idleBytes', connections: BUSY, of: 'native-exposure', to: 'node-exposure' },
    { figure: 'idleBytes', connections: BUSY, of: 'native-exposure', to: 'node-http' },
  ],
};
