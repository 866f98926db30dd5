/**
 * How messages travel between Rust and JavaScript. `rust-tunnel/src/protocol/frame.rs` documents the layout; both
 * sides' tests read the same golden bytes.
 */

export const Kind = {
  Call: 1,
  Admit: 2,
  Discover: 3,
  Origin: 4,
  Cancel: 5,
  Report: 6,
  Closed: 7,
  Chunk: 8,
  End: 9,
  Taken: 10,
  Part: 11,
  Unreadable: 12,
  Ping: 13,
  Welcome: 14,
  Reply: 64,
  Admitted: 65,
  AllowedOrigin: 66,
  Hello: 67,
  Begin: 68,
  Data: 69,
  Finish: 70,
  Break: 71,
  More: 72,
  Interim: 73,
  Pong: 74,
  Leaving: 75,
  Ready: 76,
} as const;

export const Flag = {
  Event: 1,
  Authenticated: 2,
  Admitted: 4,
  Plain: 8,
  Context: 16,
  Octets: 32,
  Streamed: 64,
  Multipart: 128,
  Part: 1,
  Apart: 2,
  Lent: 4,
  Present: 1,
  Headers: 1,
  Bare: 2,
} as const;

/** Of the protocol; sent in `Hello`. */
export const VERSION = 4;
/** Bytes before a frame's payload. */
export const HEADER = 16;
/** Bytes of a length. */
export const LENGTH = 4;
const TWO_TO_32 = 2 ** 32;

/** Reads texts without the checks of `toString`, which take longer than the text itself. */
interface Slices {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
}

/** What stands in a frame, as text; nothing of the buffer is needed any more. */
export class HeadText {
  constructor(
    readonly targetId: string,
    /** Request id, peers and head, end to end: they are cut apart when somebody asks. */
    private readonly text: string,
    private readonly peersAt: number,
    private readonly headAt: number,
    readonly body: string,
  ) {}

  get requestId(): string {
    return this.text.slice(0, this.peersAt);
  }

  /** `remoteAddress remotePort localAddress localPort`; empty if unknown. */
  get peers(): string {
    return this.text.slice(this.peersAt, this.headAt);
  }

  /**
   * The request line and the header lines as they were sent, each with its CRLF; if the body had trailers, an empty line
   * and their lines.
   */
  get head(): string {
    return this.text.slice(this.headAt);
  }
}

/** What carries frames to Rust. */
export interface Carrier {
  /** Sends the first `length` bytes of `buffer`, before it returns or from a copy: the buffer is used again. */
  send(buffer: Buffer, length: number): void;
  /** Takes bytes of an answer, to go with what is sent next, before it. Without it, they go in frames. */
  sendData?(id: number, bytes: Uint8Array): void;
  /** Gives the bytes of a chunk that stand apart from the frames just received. */
  take?(number: number, length: number): Buffer;
  /** Gives the bytes of a chunk that were read to a lent buffer. */
  takeLent?(number: number, offset: number, length: number): Buffer;
  /** So many bytes more of a call's body were asked for. */
  expect?(id: number, bytes: number): void;
}

/** One received frame; valid while the buffer still holds it. */
export class Frame {
  kind = 0;
  flags = 0;
  id = 0;
  /** The part of the id that is the call's place in Rust's table: below the number of calls in flight. */
  place = 0;
  /** Where the next frame begins. */
  end = 0;
  private payload = 0;
  /** Where what is left of the payload begins, once its head was read. */
  private rest = 0;
  private readonly numbers: DataView;
  private readonly slices: Slices;

  constructor(
    private readonly buffer: Buffer,
    private readonly carrier?: Carrier,
  ) {
    this.numbers = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    this.slices = buffer as unknown as Slices;
  }

  /** Moves to the frame at `offset`. */
  seek(offset: number): void {
    const { numbers } = this;
    this.end = offset + LENGTH + numbers.getUint32(offset, true);
    this.kind = numbers.getUint8(offset + 4);
    this.flags = numbers.getUint8(offset + 5);
    this.place = numbers.getUint32(offset + 8, true);
    this.id = this.place + numbers.getUint32(offset + 12, true) * TWO_TO_32;
    this.payload = offset + HEADER;
    this.rest = this.payload;
  }

  has(flag: number): boolean {
    return (this.flags & flag) !== 0;
  }

  /** The payload of a frame without a head. */
  latin1(): string {
    return this.slices.latin1Slice(this.payload, this.end);
  }

  /** The payload of a frame without a head. */
  utf8(): string {
    return this.slices.utf8Slice(this.payload, this.end);
  }

  /** The payload of a frame without a head, or what is left of a call's after its head was read. */
  bytes(): Buffer {
    return Buffer.from(this.buffer.subarray(this.rest, this.end));
  }

  /** The payload of a `Chunk`, wherever it is. */
  chunk(): Buffer {
    if (!this.has(Flag.Apart | Flag.Lent)) return this.bytes();
    const { carrier, numbers, payload } = this;
    const length = numbers.getUint32(payload + LENGTH, true);
    const bytes = this.has(Flag.Lent)
      ? carrier?.takeLent?.(this.number(), numbers.getUint32(payload + 2 * LENGTH, true), length)
      : carrier?.take?.(this.number(), length);
    return bytes ?? this.bytes();
  }

  /** A payload that is one number. */
  number(): number {
    return this.numbers.getUint32(this.payload, true);
  }

  /** A head, and the text of the body after it, decoded as Node does: bad UTF-8 becomes U+FFFD. */
  head(): HeadText {
    const { numbers, slices, payload } = this;
    const peersAt = numbers.getUint32(payload + LENGTH, true);
    const headAt = peersAt + numbers.getUint32(payload + 2 * LENGTH, true);
    const targetAt = payload + 4 * LENGTH;
    const textAt = targetAt + numbers.getUint32(payload, true);
    const bodyAt = textAt + headAt + numbers.getUint32(payload + 3 * LENGTH, true);
    this.rest = bodyAt;
    const isText = bodyAt < this.end && !this.has(Flag.Octets | Flag.Multipart | Flag.Streamed);
    return new HeadText(
      slices.utf8Slice(targetAt, textAt),
      slices.latin1Slice(textAt, bodyAt),
      peersAt,
      headAt,
      isText ? slices.utf8Slice(bodyAt, this.end) : '',
    );
  }
}

/** How many of the first `length` bytes are whole frames. */
export function wholeFrames(buffer: Buffer, length: number): number {
  let end = 0;
  while (end + LENGTH <= length) {
    const next = end + LENGTH + buffer.readUInt32LE(end);
    if (next > length) break;
    end = next;
  }
  return end;
}

/** Writes a frame's header at `offset`; `payload` bytes follow it. */
export function putHeader(
  buffer: Buffer,
  offset: number,
  kind: number,
  flags: number,
  status: number,
  id: number,
  payload: number,
): void {
  buffer.writeUInt32LE(HEADER - LENGTH + payload, offset);
  buffer[offset + 4] = kind;
  buffer[offset + 5] = flags;
  buffer.writeUInt16LE(status, offset + 6);
  buffer.writeUInt32LE(id % TWO_TO_32, offset + 8);
  buffer.writeUInt32LE(Math.floor(id / TWO_TO_32), offset + 12);
}
