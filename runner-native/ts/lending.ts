import { Ballast } from './ballast';
import type { NativeServer } from './binding';

/** The largest chunk. */
const SIZE = 64 * 1024;
/** Buffers that are lent at most, to all uploads together. */
const MOST = 16;

/** Buffers that Rust fills with large chunks in its own threads, so that this one need not copy them. */
export class Lending {
  /** Those that are lent, by their numbers. */
  private readonly lent: (Buffer | undefined)[] = [];
  private readonly free = Array.from({ length: MOST }, (_, at) => MOST - 1 - at);
  private readonly ballast = new Ballast();

  constructor(private readonly native: NativeServer) {}

  /** So many bytes were asked for. What is not needed for them stays lent, for the next. */
  expect(bytes: number): void {
    while (MOST - this.free.length < Math.min(Math.ceil(bytes / SIZE), MOST)) {
      const number = this.free.pop() as number;
      const buffer = this.allocate(SIZE);
      this.lent[number] = buffer;
      this.native.lend(number, buffer);
    }
  }

  /** The first bytes of one that was filled. */
  take(number: number, length: number): Buffer {
    const buffer = this.lent[number];
    if (buffer === undefined) throw new Error(`buffer ${number} was not lent`);
    this.lent[number] = undefined;
    this.free.push(number);
    return buffer.subarray(0, length);
  }

  /** Memory for a chunk. It is V8's own: it frees that of others only with much delay. */
  allocate(length: number): Buffer {
    this.ballast.renew();
    return Buffer.allocUnsafeSlow(length);
  }
}
