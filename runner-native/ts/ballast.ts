/** For so many bytes one place in an array is made, which takes eight. */
const BYTES_A_PLACE = 64;
/** More than many slow uploads bring at once. */
const STRIDE = 64 * 1024 * 1024;
/** A stride that takes no longer is 400 MiB/s. */
const QUICK_MS = 160;
/** For so long after a quick one V8 may still judge by the pause between two bodies. */
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
  private last = 0;
  private until = 0;
  private isNeeded = false;

  /** Memory for so many bytes is made. */
  renew(bytes: number): void {
    this.bytes += bytes;
    if (this.bytes >= STRIDE) {
      this.bytes = 0;
      const now = performance.now();
      if (now - this.last < QUICK_MS) this.until = now + LINGER_MS;
      this.last = now;
      this.isNeeded = now < this.until;
    }
    if (this.isNeeded) this.held = new Array(Math.ceil(bytes / BYTES_A_PLACE));
  }
}
