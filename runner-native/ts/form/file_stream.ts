import { Readable } from 'node:stream';
import type { Stored } from './spool';

/** How many bytes of all files of a form wait in memory. */
export interface Memory {
  held: number;
}

/** The bytes of one file, for whoever reads it; until then they wait, in memory or put aside. */
export class FileStream extends Readable {
  private readonly waiting: (Buffer | Stored)[] = [];
  private isWanted = false;
  private isFetching = false;
  private hasEnded = false;
  private isOver = false;
  /** Bytes that wait in memory. */
  held = 0;
  /** Something of it was put aside. */
  isStored = false;

  /** `moved` is called whenever somebody wants or has taken something. */
  constructor(
    private readonly memory: Memory,
    private readonly moved: () => void,
  ) {
    super();
    // Whoever reads it hears of an error; where nobody does it must not end the process.
    this.on('error', () => {});
  }

  /** Somebody waits for bytes that have not come. */
  get isHungry(): boolean {
    return this.isWanted && !this.isFetching && this.waiting.length === 0 && !this.hasEnded;
  }

  override _read(): void {
    this.isWanted = true;
    this.feed();
    this.moved();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.waiting.length = 0;
    this.hold(-this.held);
    done(error);
    this.moved();
  }

  /** The next bytes have come. */
  give(bytes: Buffer): void {
    if (this.destroyed) return;
    this.hold(bytes.length);
    this.waiting.push(bytes);
    this.feed();
  }

  /** The next bytes have come, and have been put aside. */
  giveStored(bytes: Stored): void {
    if (this.destroyed) return;
    this.isStored = true;
    this.waiting.push(bytes);
    this.feed();
  }

  /** There are no more. */
  finish(): void {
    this.hasEnded = true;
    this.feed();
  }

  /** There are more after all; `false` if its reader has seen the end. */
  reopen(): boolean {
    if (this.isOver) return false;
    this.hasEnded = false;
    return true;
  }

  private feed(): void {
    while (this.isWanted && !this.isFetching) {
      const next = this.waiting.shift();
      if (next === undefined) {
        if (this.hasEnded && !this.isOver) {
          this.isOver = true;
          this.push(null);
        }
        return;
      }
      this.isWanted = false;
      if (Buffer.isBuffer(next)) {
        this.hold(-next.length);
        this.hand(next);
      } else {
        this.fetch(next);
      }
    }
  }

  private hold(bytes: number): void {
    this.held += bytes;
    this.memory.held += bytes;
  }

  private hand(bytes: Buffer): void {
    if (this.push(bytes)) this.isWanted = true;
  }

  private fetch(stored: Stored): void {
    this.isFetching = true;
    stored.read().then(
      (bytes) => {
        this.isFetching = false;
        if (this.destroyed) return;
        this.hand(bytes);
        this.feed();
        this.moved();
      },
      (error) => this.destroy(error),
    );
  }
}
