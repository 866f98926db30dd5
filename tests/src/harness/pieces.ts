import { connect, type Socket } from 'node:net';

/** A client socket that reads when it wants to, piece by piece. */
export class Pieces {
  /** What has come so far, a character for a byte. */
  text = '';
  /** The server has ended the connection, properly or not. */
  ended = false;
  private wake = (): void => {};

  protected constructor(readonly socket: Socket) {
    socket.setEncoding('latin1').setNoDelay(true);
    socket.on('data', (chunk) => {
      this.text += chunk;
      this.wake();
    });
    const end = (): void => {
      this.ended = true;
      this.wake();
    };
    socket.on('error', end).on('end', end).on('close', end);
  }

  static async open(port: number): Promise<Pieces> {
    return new Pieces(await connected(port));
  }

  /** Text is sent as latin1, a byte for a character. */
  write(data: string | Buffer): this {
    this.socket.write(typeof data === 'string' ? Buffer.from(data, 'latin1') : data);
    return this;
  }

  /** Until there is something to find, or the server has ended the connection. */
  async until(found: (text: string) => boolean): Promise<string> {
    while (!found(this.text) && !this.ended) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    return this.text;
  }

  /** Until there is this text. */
  async has(wanted: string): Promise<void> {
    await this.until((text) => text.includes(wanted));
    if (!this.text.includes(wanted)) {
      throw new Error(`the server ended the connection without ${wanted}: ${JSON.stringify(this.text)}`);
    }
  }

  /** Until the server has ended the connection; everything that came. */
  end(): Promise<string> {
    return this.until(() => false);
  }

  leave(): void {
    this.socket.destroy();
  }

  reset(): void {
    this.socket.resetAndDestroy();
  }
}

export async function connected(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject);
  });
  return socket;
}
