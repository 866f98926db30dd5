/** What clients do that mean no good. */
import { request, taskRequest } from '../../harness/request';

export interface Attack {
  /** What is sent first. */
  first: Buffer;
  /** What is sent again and again after that, and how often. */
  drip?: { bytes: string; everyMs: number };
  /** After the first bytes of an answer, so much is read so often; otherwise everything, as it comes. */
  reads?: { bytes: number; everyMs: number };
}

/** The size of the result of the task `big`: more than the kernel's buffers of a connection take in. */
export const BIG = 6 * 1024 * 1024;

const HEAD = 'POST /__runner/task/size HTTP/1.1\r\nHost: localhost\r\n';
const big = request(taskRequest('big', BIG));

export const ATTACKS = {
  'head, byte by byte': {
    first: Buffer.from(`${HEAD}X-Slow: `),
    drip: { bytes: 'a', everyMs: 100 },
  },
  'head, line by line': {
    first: Buffer.from(HEAD),
    drip: { bytes: 'X-Slow: a\r\n', everyMs: 250 },
  },
  'body with a length': {
    first: Buffer.from(`${HEAD}Content-Length: 1000000\r\n\r\n{"input":"`),
    drip: { bytes: 'aaaaaaaaaa', everyMs: 100 },
  },
  'body in chunks': {
    first: Buffer.from(`${HEAD}Transfer-Encoding: chunked\r\n\r\nA\r\n{"input":"\r\n`),
    drip: { bytes: '5\r\naaaaa\r\n', everyMs: 100 },
  },
  'reads nothing': { first: big, reads: { bytes: 0, everyMs: 1000 } },
  'reads 4 KB/s': { first: big, reads: { bytes: 4096, everyMs: 1000 } },
  'says nothing': { first: Buffer.alloc(0) },
} satisfies Record<string, Attack>;

export type AttackName = keyof typeof ATTACKS;

/** How attackers ended. */
export interface Fates {
  /** Got an answer that says 408. */
  told: number;
  /** Were closed, or reset, without a complete answer. */
  cut: number;
  /** Got all they asked for. */
  served: number;
  /** Are still connected. */
  alive: number;
  /** When the first and the last of those who noticed were ended, in milliseconds after they began to connect. */
  firstMs: number;
  lastMs: number;
}
