import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** One answer, as it stood on the wire. */
export class RawResponse {
  constructor(
    readonly version: string,
    readonly status: number,
    readonly reason: string,
    /** Every value of every header; names in lower case. */
    readonly headers: Readonly<Record<string, string[]>>,
    readonly body: Buffer,
  ) {}

  header(name: string): string | undefined {
    return this.headers[name]?.join(', ');
  }

  get text(): string {
    return this.body.toString('utf8');
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests look into it as they please.
  get json(): any {
    return JSON.parse(this.text);
  }
}

const CRLF = Buffer.from('\r\n');
const HEAD_END = Buffer.from('\r\n\r\n');

/** A client socket that sends what it is told, byte by byte, and reads one answer at a time. */
export class RawConnection {
  private received: Buffer = Buffer.alloc(0);
  private over = false;
  private wake = (): void => {};
  private reading: Promise<unknown> = Promise.resolve();
  /** Resolves when the server has ended the connection, properly or not. */
  readonly closed: Promise<void>;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      this.received = Buffer.concat([this.received, chunk]);
      this.wake();
    });
    // A reset is an end like another; `close` follows.
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      const finish = (): void => {
        this.over = true;
        this.wake();
        resolve();
      };
      socket.once('end', finish).once('close', finish);
    });
  }

  static async open(port: number, host = '127.0.0.1'): Promise<RawConnection> {
    const socket = connect({ port, host, allowHalfOpen: true });
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  /** Text is sent as latin1, a byte for a character. */
  write(data: string | Buffer): this {
    this.socket.write(typeof data === 'string' ? Buffer.from(data, 'latin1') : data);
    return this;
  }

  /** Ends our direction only. */
  halfClose(): void {
    this.socket.end();
  }

  leave(): void {
    this.socket.destroy();
  }

  reset(): void {
    this.socket.resetAndDestroy();
  }

  /** Reads the next answer, also an interim one. Answers to `HEAD` have no body. */
  read(method = 'POST'): Promise<RawResponse> {
    const next = this.reading.then(() => this.readOne(method));
    this.reading = next.catch(() => {});
    return next;
  }

  /** Everything that has not been read yet when the server ends the connection. */
  async rest(): Promise<string> {
    await this.closed;
    return this.take(this.received.length).toString('latin1');
  }

  private async readOne(method: string): Promise<RawResponse> {
    const head = (await this.until(HEAD_END)).toString('latin1').split('\r\n');
    const [, version, code, reason] = /^(HTTP\/\d\.\d) (\d{3}) ?(.*)$/.exec(head[0] ?? '') ?? [];
    if (version === undefined) throw new Error(`no status line: ${JSON.stringify(head[0])}`);
    const headers: Record<string, string[]> = {};
    for (const line of head.slice(1)) {
      const colon = line.indexOf(':');
      const name = line.slice(0, colon).toLowerCase();
      headers[name] = [...(headers[name] ?? []), line.slice(colon + 1).trim()];
    }
    const status = Number(code);
    const bodiless = method === 'HEAD' || status < 200 || status === 204 || status === 304;
    const body = bodiless ? Buffer.alloc(0) : await this.readBody(headers);
    return new RawResponse(version, status, reason ?? '', headers, body);
  }

  private async readBody(headers: Record<string, string[]>): Promise<Buffer> {
    if (headers['transfer-encoding']?.includes('chunked')) {
      const chunks: Buffer[] = [];
      for (;;) {
        const size = Number.parseInt((await this.until(CRLF)).toString('latin1'), 16);
        const chunk = await this.bytes(size);
        await this.until(CRLF);
        if (size === 0) return Buffer.concat(chunks);
        chunks.push(chunk);
      }
    }
    const length = headers['content-length'];
    if (length !== undefined) return this.bytes(Number(length[0]));
    await this.closed;
    return this.take(this.received.length);
  }

  private async until(mark: Buffer): Promise<Buffer> {
    for (;;) {
      const at = this.received.indexOf(mark);
      if (at >= 0) {
        const found = this.take(at);
        this.take(mark.length);
        return found;
      }
      await this.more();
    }
  }

  private async bytes(count: number): Promise<Buffer> {
    while (this.received.length < count) await this.more();
    return this.take(count);
  }

  private take(count: number): Buffer {
    const taken = this.received.subarray(0, count);
    this.received = this.received.subarray(count);
    return taken;
  }

  private async more(): Promise<void> {
    if (this.over)
      throw new Error(
        `the server ended the connection; unread: ${JSON.stringify(this.received.toString('latin1'))}`,
      );
    await new Promise<void>((resolve) => {
      this.wake = resolve;
    });
  }
}
