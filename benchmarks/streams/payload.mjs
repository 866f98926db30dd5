/** The bytes that are sent: the same in every process, and no two pieces of them alike. */
import { createCipheriv } from 'node:crypto';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';

/** Every body is this block over and over. */
export const BLOCK = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(
  Buffer.alloc(2 ** 20),
);

/** What a download is made of, and most streams of Node are. */
const CHUNK = 64 * 1024;

/** @param {number} bytes A multiple of the chunk. */
export function source(bytes) {
  let at = 0;
  return new Readable({
    highWaterMark: CHUNK,
    read() {
      const start = at % BLOCK.length;
      at += CHUNK;
      this.push(at > bytes ? null : BLOCK.subarray(start, start + CHUNK));
    },
  });
}

/** The checksum of a body. @param {number} bytes A multiple of the block. */
export function checksum(bytes) {
  let sum = 0;
  for (let at = 0; at < bytes; at += BLOCK.length) sum = crc32(BLOCK, sum);
  return sum;
}

/**
 * Reads a body to its end, and nothing else, unless a checksum is wanted.
 *
 * @param {Readable} body @param {boolean} summed @returns {Promise<{ bytes: number, sum?: number }>}
 */
export function tally(body, summed) {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    let sum = 0;
    body.on('data', (chunk) => {
      bytes += chunk.length;
      if (summed) sum = crc32(chunk, sum);
    });
    body.once('error', reject);
    body.once('end', () => resolve(summed ? { bytes, sum } : { bytes }));
  });
}
