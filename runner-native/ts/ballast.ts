/** Places in an array that is made for each chunk: 8 KiB, an eighth of the largest. */
const PLACES = 1024;

/**
 * Garbage, so that V8's collector keeps its pace while large bodies pass.
 *
 * V8 takes a program that allocates little in its heap for idle, and lowers the heap's limit with every scavenge then. The
 * bytes of buffers, which lie outside, count against that limit all the same: soon it would collect everything for each
 * 30 MiB that pass. docs/PERFORMANCE.md has the figures.
 */
export class Ballast {
  /** What was made last; never read. */
  held: unknown[] = [];

  /** Another chunk has come. */
  renew(): void {
    this.held = new Array(PLACES);
  }
}
