/** So many bytes may be on their way at least. */
const LEAST = 256 * 1024;
/** And at most: for a peer so quick, waking the other thread costs more than the memory. */
const MOST = 2 * 1024 * 1024;
/** A turn that takes less is quick: half of the least within it are 25 MB/s. */
const QUICK_MS = 5;

/** How many bytes of a body may be on their way: half of what was taken quickly until now. */
export class Window {
  private last = 0;
  /** Bytes of quick turns, one after the other; as many as count. */
  private streak = 0;

  get size(): number {
    return Math.max(LEAST, this.streak / 2);
  }

  /** Half of it has been taken. */
  turn(): void {
    const now = performance.now();
    const isQuick = now - this.last < QUICK_MS;
    this.last = now;
    this.streak = isQuick ? Math.min(this.streak + this.size / 2, 2 * MOST) : this.streak / 2;
  }
}
