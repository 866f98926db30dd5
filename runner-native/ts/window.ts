/** So many bytes may be on their way at least. */
const LEAST = 256 * 1024;
/** And at most: for a peer so quick, waking the other thread costs more than the memory. */
const MOST = 2 * 1024 * 1024;
/** A turn that takes less is quick: half of the least within it are 25 MB/s. */
const QUICK_MS = 5;
/** So many bytes in quick turns are more than the system's own buffers take from a sender whose client is slow. */
const STREAK = 8 * 1024 * 1024;

/** How many bytes of a body may be on their way: the more, the faster they are taken, and for as long as they are. */
export class Window {
  private bytes = LEAST;
  private last = 0;
  /** Bytes of quick turns, one after the other. */
  private streak = 0;

  get size(): number {
    return this.bytes;
  }

  /** A good part of it has been taken. */
  turn(): void {
    const now = performance.now();
    const isQuick = now - this.last < QUICK_MS;
    this.last = now;
    this.streak = isQuick ? this.streak + this.bytes / 2 : 0;
    if (!isQuick) this.bytes = Math.max(this.bytes / 2, LEAST);
    else if (this.streak >= STREAK) this.bytes = Math.min(2 * this.bytes, MOST);
  }
}
