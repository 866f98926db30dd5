/** Reads the answers on one connection: status, framing, and the body piece by piece, without copying it. */

const HEAD_LIMIT = 16 * 1024;

/** What came is no HTTP answer. */
export class Garbled extends Error {}

export class Answer {
  status = 0;
  complete = false;
  #head = '';
  /** Bytes of the body, or of the chunk, that are to come. */
  #left = 0;
  /** What comes next. @type {'head' | 'body' | 'size' | 'chunk' | 'line' | 'trailers'} */
  #next = 'head';
  #line = '';

  /** @param {(piece: Buffer) => void} onPiece Given memory that is used again. */
  constructor(onPiece) {
    this.onPiece = onPiece;
  }

  /** Takes what came in. @param {Buffer} bytes */
  push(bytes) {
    let at = 0;
    while (at < bytes.length && !this.complete) {
      at = this.#next === 'body' || this.#next === 'chunk' ? this.#piece(bytes, at) : this.#text(bytes, at);
    }
    if (at < bytes.length) throw new Garbled(`${bytes.length - at} bytes behind the end of an answer`);
  }

  /** @param {Buffer} bytes @param {number} at */
  #piece(bytes, at) {
    const end = Math.min(bytes.length, at + this.#left);
    this.onPiece(bytes.subarray(at, end));
    this.#left -= end - at;
    if (this.#left > 0) return end;
    if (this.#next === 'chunk') this.#next = 'line';
    else this.complete = true;
    return end;
  }

  /** @param {Buffer} bytes @param {number} at */
  #text(bytes, at) {
    const feed = bytes.indexOf(10, at);
    const end = feed < 0 ? bytes.length : feed + 1;
    this.#line += bytes.latin1Slice(at, end);
    if (this.#line.length + this.#head.length > HEAD_LIMIT) throw new Garbled('a head without an end');
    if (feed >= 0) {
      const line = this.#line.trimEnd();
      this.#line = '';
      this.#take(line);
    }
    return end;
  }

  /** @param {string} line */
  #take(line) {
    switch (this.#next) {
      case 'head':
        if (line !== '') this.#head += `${line}\n`;
        else this.#begin();
        break;
      case 'size':
        this.#left = Number.parseInt(line, 16);
        if (Number.isNaN(this.#left)) throw new Garbled(`no size of a chunk: ${JSON.stringify(line)}`);
        this.#next = this.#left === 0 ? 'trailers' : 'chunk';
        break;
      case 'line':
        this.#next = 'size';
        break;
      case 'trailers':
        if (line === '') this.complete = true;
        break;
    }
  }

  #begin() {
    const head = this.#head;
    this.status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? Number.NaN);
    if (Number.isNaN(this.status)) throw new Garbled(`no HTTP answer: ${JSON.stringify(head.slice(0, 80))}`);
    if (this.status === 100) {
      this.#head = '';
      return;
    }
    const length = /^content-length: *(\d+)$/im.exec(head);
    if (/^transfer-encoding: *chunked$/im.test(head)) {
      this.#next = 'size';
      return;
    }
    this.#next = 'body';
    if (!length) throw new Garbled('an answer that ends with its connection');
    this.#left = Number(length[1]);
    if (this.#left === 0) this.complete = true;
  }
}
