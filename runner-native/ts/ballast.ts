/** Places in an array that is made for each chunk: 8 KiB, an eighth of the largest. */
const PLACES = 1024;
/** So many chunks are 64 MiB of large ones: more than many slow uploads bring at once. */
const STRIDE = 1024;
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
  private chunks = 0;
  private last = 0;
  private until = 0;
  private isNeeded = false;

  /** Another chunk has come. */
  renew(): void {
    this.chunks += 1;
    if (this.chunks % STRIDE === 0) {
      const now = performance.now();
      if (now - this.last < QUICK_MS) this.until = now + LINGER_MS;
      this.last = now;
      this.isNeeded = now < this.until;
    }
    if (this.isNeeded) this.held = new Array(PLACES);
  }
}
