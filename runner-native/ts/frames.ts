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
  Reply: 64,
  Admitted: 65,
  AllowedOrigin: 66,
  Hello: 67,
} as const;

export const Flag = { Event: 1, Authenticated: 2, Admitted: 4, Present: 1 } as const;

/** Of the protocol; sent in `Hello`. */
export const VERSION = 1;
/** Bytes before a frame's payload. */
export const HEADER = 16;
const LENGTH = 4;
const TWO_TO_32 = 2 ** 32;

/** One received frame. Its texts are read when asked for, and only while the buffer still holds it. */
export class Frame {
  kind = 0;
  flags = 0;
  id = 0;
  private payload = 0;
  /** Where the next frame begins. */
  end = 0;

  constructor(private readonly buffer: Buffer) {}

  /** Moves to the frame at `offset`. */
  seek(offset: number): void {
    const { buffer } = this;
    this.end = offset + LENGTH + buffer.readUInt32LE(offset);
    this.kind = buffer[offset + 4] as number;
    this.flags = buffer[offset + 5] as number;
    this.id = buffer.readUInt32LE(offset + 8) + buffer.readUInt32LE(offset + 12) * TWO_TO_32;
    this.payload = offset + HEADER;
  }

  has(flag: number): boolean {
    return (this.flags & flag) !== 0;
  }

  /** The payload of a frame without a head. */
  text(encoding: 'latin1' | 'utf8'): string {
    return this.buffer.toString(encoding, this.payload, this.end);
  }

  /** The parts of a frame with a head. Four lengths precede them. */
  head(): { targetId: string; requestId: string; url: string; headers: string } {
    const { buffer } = this;
    let at = this.payload + 4 * LENGTH;
    const part = (index: number, encoding: 'latin1' | 'utf8'): string => {
      const start = at;
      at += buffer.readUInt32LE(this.payload + index * LENGTH);
      return buffer.toString(encoding, start, at);
    };
    return {
      targetId: part(0, 'utf8'),
      requestId: part(1, 'latin1'),
      url: part(2, 'latin1'),
      headers: part(3, 'latin1'),
    };
  }

  /** What follows the head, decoded as Node does: bad UTF-8 becomes U+FFFD. */
  body(): string {
    const { buffer, payload } = this;
    let start = payload + 4 * LENGTH;
    for (let index = 0; index < 4; index++) start += buffer.readUInt32LE(payload + index * LENGTH);
    return start === this.end ? '' : buffer.toString('utf8', start, this.end);
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
