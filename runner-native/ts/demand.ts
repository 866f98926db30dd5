import type { Outbox } from './outbox';
import { Window } from './window';

/** How much of a call's body is asked for in advance. */
export class Demand {
  private readonly window = new Window();
  /** Bytes that were asked for and have not come. Below 0 if more came: Rust passes on whole what it has read at once. */
  private expected = 0;
  /** Bytes that have come since more were asked for. */
  private taken = 0;

  constructor(
    private readonly outbox: Outbox,
    private readonly id: number,
  ) {}

  /** So many bytes have come. */
  came(bytes: number): void {
    this.expected -= bytes;
    this.taken += bytes;
  }

  /** Somebody waits for bytes. */
  ask(): void {
    if (this.expected >= this.window.size / 2) return;
    this.window.turn(this.taken);
    this.taken = 0;
    const bytes = this.window.size - this.expected;
    this.expected += bytes;
    this.outbox.more(this.id, bytes);
  }
}
