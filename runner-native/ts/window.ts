/** So many bytes may be on their way at least. */
const LEAST = 256 * 1024;
/** And at most: for a peer so quick, waking the other thread costs more than the memory. */
export const MOST = 2 * 1024 * 1024;
/** A turn that takes less is quick. */
const QUICK_MS = 5;

/** How many bytes of a body may be on their way: half of what is taken in quick turns, one after the other. */
export class Window {
  private bytes = LEAST;
  private last = 0;
  /** Bytes of quick turns since the last that was not. */
  private streak = 0;

  /** `hidden`: so many bytes are taken quickly of whoever is slow, and count for nothing. */
  constructor(private readonly hidden = 0) {}

  /** A whole number, as it crosses to Rust. */
  get size(): number {
    return this.bytes;
  }

  /** So many bytes have been taken, a good part of it. */
  turn(bytes: number): void {
    const now = performance.now();
    const isQuick = now - this.last < QUICK_MS;
    this.last = now;
    if (isQuick) {
      this.streak += bytes;
      this.bytes = Math.min(MOST, Math.max(this.bytes, Math.floor((this.streak - this.hidden) / 2)));
    } else {
      this.streak = 0;
      this.bytes = Math.max(LEAST, Math.floor(this.bytes / 2));
    }
  }
}
