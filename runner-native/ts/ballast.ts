/** For so many bytes an array is made, of 16 KiB: V8 gives larger ones other treatment, and smaller ones cost more. */
const BYTES_AN_ARRAY = 64 * 1024;
/** Copied: V8 does that quicker than it fills a new one. */
const GARBAGE = Array.from({ length: 2048 }, (_, at) => at);
/** How quickly bytes pass is judged by so many. */
const BLOCK = 8 * 1024 * 1024;
/** A block that takes no longer is 400 MiB/s. */
const QUICK_MS = 20;
/** So many quick blocks, one after the other, are more than many slow uploads bring at once. */
const STREAK = 8;
/** For so long after them V8 may still judge by the pause between two bodies. */
const LINGER_MS = 10_000;

/**
 * Garbage, so that V8's collector keeps its pace while large bodies pass quickly.
 *
 * V8 takes a program that allocates little in its heap for idle, and lowers the heap's limit with every scavenge then. The
 * bytes of buffers, which lie outside, count against that limit all the same: soon it would collect everything for each
 * 30 MiB. docs/PERFORMANCE.md has the figures. Where they pass slowly that costs little, and keeps memory low.
 */
export class Ballast {
  /** What was made last; never read. */
  held: unknown[] = [];
  private bytes = 0;
  /** Bytes beside which no array was made yet; below 0 if one was made for more. */
  private owed = 0;
  private last = 0;
  private streak = 0;
  private until = 0;
  private isNeeded = false;

  /** Memory for so many bytes is made. */
  renew(bytes: number): void {
    this.bytes += bytes;
    if (this.bytes >= BLOCK) this.judge();
    if (!this.isNeeded) return;
    for (this.owed += bytes; this.owed > 0; this.owed -= BYTES_AN_ARRAY) this.held = GARBAGE.slice();
  }

  private judge(): void {
    const now = performance.now();
    const isQuick = now - this.last < QUICK_MS;
    this.bytes = 0;
    this.last = now;
    this.streak = isQuick ? this.streak + 1 : 0;
    if (this.streak >= STREAK) this.until = now + LINGER_MS;
    this.isNeeded = isQuick && now < this.until;
  }
}
