import { Ballast } from './ballast';
import type { NativeServer } from './binding';

/** What Rust reads at once of a body that flows, and the largest chunk. */
const SIZE = 256 * 1024;
/** Buffers that are lent at most, to all uploads together. */
const MOST = 8;

/** Buffers that Rust reads large chunks to in its own threads, so that this one need not copy them. */
export class Lending {
  /** Those that are lent, by their numbers. */
  private readonly lent: (Buffer | undefined)[] = [];
  private readonly free = Array.from({ length: MOST }, (_, at) => MOST - 1 - at);
  private readonly ballast = new Ballast();

  constructor(private readonly native: NativeServer) {}

  /** So many bytes more were asked for. What is not needed for them stays lent, for the next. */
  expect(bytes: number): void {
    for (let needed = Math.ceil(bytes / SIZE); needed > 0; needed -= 1) {
      if (this.free.length === 0) return;
      const buffer = this.allocate(SIZE);
      const number = this.free.pop() as number;
      this.lent[number] = buffer;
      this.native.lend(number, buffer);
    }
  }

  /** What was read to one, which was handed over with that. */
  take(number: number, offset: number, length: number): Buffer {
    const buffer = this.lent[number];
    if (buffer === undefined) throw new Error(`buffer ${number} was not lent`);
    this.lent[number] = undefined;
    this.free.push(number);
    return buffer.subarray(offset, offset + length);
  }

  /** Memory for a chunk. It is V8's own: it frees that of others only with much delay. */
  allocate(length: number): Buffer {
    this.ballast.renew(length);
    return Buffer.allocUnsafeSlow(length);
  }
}
