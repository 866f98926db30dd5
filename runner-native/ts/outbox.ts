import { type Carrier, Flag, HEADER, Kind, LENGTH, putHeader } from './frames';

/** Some pieces of a streamed answer, each of 64 KiB and its header, fit in together. */
const CAPACITY = 4 * (64 * 1024 + HEADER);
/** A UTF-16 unit takes at most three bytes of UTF-8. */
const BYTES_PER_UNIT = 3;
/** From this length on the exact size is worth its counting. */
const COUNTED = 8 * 1024;
/** No frame carries more, so that small answers are never stuck behind a large one. */
const FRAME = 64 * 1024;
/** From this length on bytes are not copied among the frames, where they can go another way. */
const APART = 16 * 1024;
/** And so many at a time, for what the client has taken is told for whole pieces. */
const PIECE = 256 * 1024;

/** Collects answers and hands them over in one piece at the end of a turn. */
export class Outbox {
  private buffer = Buffer.allocUnsafeSlow(CAPACITY);
  private length = 0;
  private held = false;
  private scheduled = false;
  /** Bytes went apart that are not on their way before the next sending. */
  private isApart = false;

  constructor(private readonly carrier: Carrier) {}

  /**
   * `head` is the answer's own: a line with the reason phrase (empty for the usual one), then lines `name:value`. Each
   * character is one byte.
   */
  reply(id: number, status: number, text: string, head?: string): void {
    if (head === undefined) this.put(Kind.Reply, 0, status, id, text);
    else this.put(Kind.Reply, Flag.Headers, status, id, text, head);
  }

  /**
   * The head of an answer whose body follows; `head` as for {@link reply}. After an empty line come headers that win over
   * the front's own. `isBare`: the front adds nothing.
   */
  begin(id: number, status: number, head: string, isBare: boolean): void {
    this.put(Kind.Begin, isBare ? Flag.Headers | Flag.Bare : Flag.Headers, status, id, '', head);
  }

  /** Bytes of an answer that has begun. */
  data(id: number, bytes: Uint8Array): void {
    const most = this.carrier.sendData === undefined ? FRAME : PIECE;
    for (let at = 0; at < bytes.length; at += most) this.piece(id, bytes.subarray(at, at + most));
  }

  private piece(id: number, bytes: Uint8Array): void {
    if (bytes.length < APART || this.carrier.sendData === undefined) {
      this.putBytes(Kind.Data, id, bytes);
    } else {
      this.sendAll();
      this.carrier.sendData(id, bytes);
      this.isApart = true;
      this.schedule();
    }
  }

  /** The answer is complete; `trailers` are lines `name:value\n`. */
  finish(id: number, trailers = ''): void {
    this.put(Kind.Finish, 0, 0, id, trailers);
  }

  /** The answer can't be completed. */
  break(id: number): void {
    this.put(Kind.Break, 0, 0, id, '');
  }

  /** An answer before the answer (1xx), with its empty line; each character is one byte. */
  interim(id: number, text: string): void {
    this.putBytes(Kind.Interim, id, Buffer.from(text, 'latin1'));
  }

  /** The handler can take so many bytes more. */
  more(id: number, bytes: number): void {
    const number = Buffer.alloc(4);
    number.writeUInt32LE(bytes);
    this.putBytes(Kind.More, id, number);
    this.carrier.expect?.(id, bytes);
  }

  admitted(id: number): void {
    this.put(Kind.Admitted, 0, 0, id, '');
  }

  allowedOrigin(id: number, origin: string | undefined): void {
    this.put(Kind.AllowedOrigin, origin === undefined ? 0 : Flag.Present, 0, id, origin ?? '');
  }

  /** Answers given until {@link release} go together. */
  hold(): void {
    this.held = true;
  }

  /** Sends what was answered: at once if nothing is pending, else after the promises of this turn had their chance. */
  release(pending: boolean): void {
    this.held = false;
    if (!pending) {
      this.flush();
    } else if (!this.scheduled) {
      this.scheduled = true;
      // A tick that is scheduled from a microtask runs when all microtasks of the turn have run.
      queueMicrotask(() => process.nextTick(this.flush));
    }
  }

  private put(kind: number, flags: number, status: number, id: number, text: string, head?: string): void {
    const { length } = text;
    const before = head === undefined ? 0 : LENGTH + head.length;
    this.reserve(HEADER + before + (length < COUNTED ? length * BYTES_PER_UNIT : Buffer.byteLength(text)));
    const start = this.length;
    const payload = start + HEADER;
    if (head !== undefined) {
      this.buffer.writeUInt32LE(head.length, payload);
      this.buffer.write(head, payload + LENGTH, 'latin1');
    }
    const written = before + (text === '' ? 0 : this.buffer.write(text, payload + before, 'utf8'));
    putHeader(this.buffer, start, kind, flags, status, id, written);
    this.length = payload + written;
    this.schedule();
  }

  private putBytes(kind: number, id: number, bytes: Uint8Array): void {
    this.reserve(HEADER + bytes.length);
    const start = this.length;
    this.buffer.set(bytes, start + HEADER);
    putHeader(this.buffer, start, kind, 0, 0, id, bytes.length);
    this.length = start + HEADER + bytes.length;
    this.schedule();
  }

  private schedule(): void {
    if (!this.held && !this.scheduled) {
      this.scheduled = true;
      process.nextTick(this.flush);
    }
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    this.sendAll();
    if (bytes > this.buffer.length) this.buffer = Buffer.allocUnsafeSlow(bytes);
  }

  private readonly flush = (): void => {
    this.scheduled = false;
    this.sendAll();
    // One large answer must not keep its memory for ever.
    if (this.buffer.length > CAPACITY) this.buffer = Buffer.allocUnsafeSlow(CAPACITY);
  };

  private sendAll(): void {
    if (this.length === 0 && !this.isApart) return;
    const { length } = this;
    this.length = 0;
    this.isApart = false;
    this.carrier.send(this.buffer, length);
  }
}
