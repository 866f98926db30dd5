import { LENGTH, wholeFrames } from './frames';

/**
 * Cuts frames out of a stream of bytes. A frame that comes in many pieces is put together once, when it is whole: joining
 * what is there with every piece would take the square of its length.
 */
export class FrameReader {
  /** Of a frame that is not whole. */
  private pieces: Buffer[] = [];
  private held = 0;
  /** What they will be together, as far as is known. */
  private needed = 0;

  /** `receive` gets whole frames: the first `length` bytes of `buffer`, before it returns. */
  constructor(private readonly receive: (buffer: Buffer, length: number) => void) {}

  /** Takes the next bytes; they may be overwritten afterwards. */
  push(bytes: Buffer): void {
    if (this.held === 0) return this.cut(bytes);
    if (this.held + bytes.length < this.needed) return this.keep(bytes);
    const joined = Buffer.concat([...this.pieces, bytes], this.held + bytes.length);
    this.pieces = [];
    this.held = 0;
    this.cut(joined);
  }

  private cut(bytes: Buffer): void {
    const whole = wholeFrames(bytes, bytes.length);
    if (whole > 0) this.receive(bytes, whole);
    if (whole === bytes.length) return;
    const rest = bytes.subarray(whole);
    this.needed = rest.length < LENGTH ? LENGTH : LENGTH + rest.readUInt32LE(0);
    this.keep(rest);
  }

  private keep(bytes: Buffer): void {
    this.pieces.push(Buffer.from(bytes));
    this.held += bytes.length;
  }
}
