import type { Readable } from 'node:stream';
import { Demand } from './demand';
import type { Outbox } from './outbox';

/** A call's body that is read as it comes. Nothing of it is asked for before somebody reads. */
export class Upload {
  private readonly waiting: Buffer[] = [];
  private reader: Readable | undefined;
  private readonly demand: Demand;
  private ended: boolean;
  private error: Error | undefined;
  private wanted = false;
  /** The reader has been told of the end. */
  private isRead = false;
  /** Called when the last byte has been read. */
  onEnd: () => void = () => {};

  constructor(outbox: Outbox, id: number, first: Buffer, isStreamed: boolean) {
    this.demand = new Demand(outbox, id);
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
    this.demand.came(bytes.length);
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
    } else if (this.wanted) {
      this.demand.ask();
    }
  }
}
