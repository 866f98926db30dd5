import type { Readable } from 'node:stream';
import type { Outbox } from './outbox';

/** So many bytes are asked for in advance while somebody reads; more than that never waits in memory. */
const WINDOW = 256 * 1024;

/** A call's body that is read as it comes. Nothing of it is asked for before somebody reads. */
export class Upload {
  private readonly waiting: Buffer[] = [];
  private reader: Readable | undefined;
  /** Bytes that were asked for and have not come. */
  private expected = 0;
  private ended: boolean;
  private error: Error | undefined;
  private wanted = false;
  /** The reader has been told of the end. */
  private isRead = false;
  /** Called when the last byte has been read. */
  onEnd: () => void = () => {};

  constructor(
    private readonly outbox: Outbox,
    private readonly id: number,
    first: Buffer,
    isStreamed: boolean,
  ) {
    if (first.length > 0) this.waiting.push(first);
    this.ended = !isStreamed;
  }

  /** Whether bytes may still come. */
  get isOpen(): boolean {
    return !this.ended;
  }

  /** From now on goes into `reader`, whose `_read` has to call {@link want}. */
  readInto(reader: Readable): void {
    this.reader = reader;
    if (this.error !== undefined) reader.destroy(this.error);
  }

  /** The reader can take something. */
  want(): void {
    this.wanted = true;
    this.feed();
  }

  /** Bytes have come. */
  push(bytes: Buffer): void {
    this.expected -= bytes.length;
    if (this.error !== undefined) return;
    this.waiting.push(bytes);
    this.feed();
  }

  /** There are no more. */
  end(): void {
    this.ended = true;
    this.feed();
  }

  /** It can't be read to its end. */
  fail(error: Error): void {
    if (this.error !== undefined || (this.ended && this.waiting.length === 0)) return;
    this.error = error;
    this.ended = true;
    this.waiting.length = 0;
    this.reader?.destroy(error);
  }

  private feed(): void {
    const { reader } = this;
    if (reader === undefined) return;
    while (this.wanted && this.waiting.length > 0) {
      this.wanted = reader.push(this.waiting.shift());
    }
    if (this.waiting.length === 0 && this.ended) {
      if (this.isRead) return;
      this.isRead = true;
      this.onEnd();
      reader.push(null);
    } else if (this.wanted && this.expected < WINDOW / 2) {
      const bytes = WINDOW - Math.max(this.expected, 0);
      this.expected += bytes;
      this.outbox.more(this.id, bytes);
    }
  }
}
