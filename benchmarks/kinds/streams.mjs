/**
 * The work of `bench streams`: large bodies in both directions, through one task each.
 *
 * @typedef {'multipart' | 'octets' | 'download' | 'echo'} Transfer
 *
 * @typedef {object} StreamWork
 * @property {string} name
 * @property {string} title
 * @property {Record<Transfer, string>} transfers What is measured, with its title.
 * @property {number} bytes Of each transfer, in each direction it has.
 * @property {number} count How many transfers one measurement is made of, however many of them at a time.
 * @property {number} [rounds] How many, unless told otherwise.
 * @property {string[]} contenders Who does it, unless told otherwise.
 * @property {number[]} connections How many transfers at a time, unless told otherwise.
 * @property {StreamTarget[]} targets The ratios that matter.
 *
 * @typedef {object} StreamTarget As of JSON calls, and of one transfer.
 * @property {Transfer} transfer
 * @property {'mibPerSec' | 'cpuUs' | 'jsUs' | 'peakMiB'} figure
 * @property {number} connections
 * @property {string} of
 * @property {string} to
 * @property {number} [atLeast]
 * @property {number} [atMost]
 */

export const MIB = 2 ** 20;
const SIZE_MIB = 64;
const CONNECTIONS = [1, 4];

/** @param {Transfer} transfer @param {number} atLeast @returns {StreamTarget[]} */
function atLeastAsFast(transfer, atLeast) {
  const pair = { of: 'native-exposure', to: 'node-exposure' };
  return CONNECTIONS.map((connections) => ({ transfer, figure: 'mibPerSec', connections, ...pair, atLeast }));
}

/** @type {StreamWork} */
export const streams = {
  name: 'streams',
  title: `${SIZE_MIB} MiB up, down, and both at once; token checked, every byte counted`,
  transfers: {
    multipart: `${SIZE_MIB} MiB by multipart upload`,
    octets: `${SIZE_MIB} MiB by octet-stream upload`,
    download: `${SIZE_MIB} MiB download, a Readable of 64 KiB chunks`,
    echo: `${SIZE_MIB} MiB there and back, duplex`,
  },
  bytes: SIZE_MIB * MIB,
  count: 8,
  contenders: ['node-exposure', 'node-http', 'node-net', 'native-exposure'],
  connections: CONNECTIONS,
  targets: [
    ...atLeastAsFast('multipart', 1.5),
    ...atLeastAsFast('octets', 1),
    ...atLeastAsFast('download', 1),
    ...atLeastAsFast('echo', 1),
  ],
};
