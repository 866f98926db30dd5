import { Ballast } from './ballast';
import type { NativeServer } from './binding';
import { MOST as MOST_ON_THE_WAY } from './window';

/** What Rust reads at once of a body that flows, and the largest chunk. */
const SIZE = 256 * 1024;
/** Buffers that are lent at most for each upload: what it has on its way at its quickest. */
const EACH = MOST_ON_THE_WAY / SIZE;
/** And to all uploads together. Who is lent more than needed gets them old: V8 frees what is old with much delay. */
const MOST = 32;
/** So many times that more was asked for show how many uploads there are. */
const ASKED = 8;

/** Buffers that Rust reads large chunks to in its own threads, so that this one need not copy them. */
export class Lending {
  /** Those that are lent, by their numbers. */
  private readonly lent: (Buffer | undefined)[] = [];
  private readonly free = Array.from({ length: MOST }, (_, at) => MOST - 1 - at);
  /** Who asked for more, the last times. */
  private readonly asked: number[] = [];
  private readonly ballast = new Ballast();

  constructor(private readonly native: NativeServer) {}

  /** So many bytes more of a call's body were asked for. What is not needed for them stays lent, for the next. */
  expect(id: number, bytes: number): void {
    if (this.asked.push(id) > ASKED) this.asked.shift();
    const most = Math.min(MOST, EACH * new Set(this.asked).size);
    const needed = Math.min(Math.ceil(bytes / SIZE), most - (MOST - this.free.length));
    for (let more = 0; more < needed; more += 1) {
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
