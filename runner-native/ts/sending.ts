import { finished, Writable } from 'node:stream';
import { type Channel, discard, type Source } from './streamed';

/** Takes what a source gives. */
class Sink extends Writable {
  private last: Uint8Array | undefined;
  private isOnly = false;

  constructor(private readonly channel: Channel) {
    // Whatever is no bytes is told apart below, where it can be answered.
    super({ objectMode: true, highWaterMark: 1 });
  }

  // Node writes a length before bytes that are the first and the last.
  override end(...args: unknown[]): this {
    const [chunk] = args;
    this.isOnly =
      !this.channel.hasBegun && chunk !== undefined && chunk !== null && typeof chunk !== 'function';
    return super.end(...(args as [unknown]));
  }

  override _write(chunk: unknown, encoding: BufferEncoding, done: (error?: Error) => void): void {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
    if (!(bytes instanceof Uint8Array)) {
      done(new TypeError(`a stream must give strings or bytes, got ${typeof chunk}`));
    } else if (this.isOnly) {
      this.last = bytes;
      done();
    } else {
      this.channel.write(bytes, done);
    }
  }

  override _final(done: () => void): void {
    this.channel.end(this.last);
    done();
  }
}

/**
 * Sends a source to its end. `failed` is told of an error of the source, which can be answered if nothing has been sent;
 * what is returned says that nobody takes any more.
 */
export function send(source: Source, channel: Channel, failed: (error: Error) => void): () => void {
  const sink = new Sink(channel);
  let over = false;
  const stop = (): void => {
    over = true;
    discard(source);
    sink.destroy();
  };
  const end = (error: Error): void => {
    if (over) return;
    stop();
    failed(error);
    if (channel.hasBegun) channel.break();
  };
  sink.on('error', end);
  source.on?.('error', end);
  try {
    watch(source, end);
    source.pipe(sink);
  } catch (error) {
    end(error as Error);
  }
  return stop;
}

/** A Node stream that closes before its end, or has done so already, says so only to those who ask. */
function watch(source: Source, end: (error: Error) => void): void {
  try {
    finished(source as never, { writable: false }, (error) => {
      if (error) end(error);
    });
  } catch {
    // Not one of Node's: what it has is `pipe`.
  }
}
