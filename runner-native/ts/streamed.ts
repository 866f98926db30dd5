import { type OutgoingHttpHeaders, validateHeaderName, validateHeaderValue } from 'node:http';
import { finished, Writable } from 'node:stream';

/** A result whose bytes are sent as they come. */
export interface Streamed {
  readonly source: Source;
  readonly status: number;
  /** Lower-case names; `content-type` is among them. */
  readonly headers: Readonly<Record<string, string | string[]>>;
}

/** Anything with `pipe`, as the stock exposure sees a stream. */
export interface Source {
  pipe(destination: Writable): unknown;
  destroy?(error?: Error): unknown;
  on?(event: 'error', listener: (error: Error) => void): unknown;
}

/** Headers that a wrapper may not set: those of the exposure, and those of the connection (contract 1.8 and D24). */
const BLOCKED = new Set(
  (
    'set-cookie access-control-allow-origin access-control-allow-credentials x-content-type-options x-frame-options ' +
    'connection keep-alive transfer-encoding upgrade trailer te proxy-connection'
  ).split(' '),
);

/**
 * Reads a result that is a stream, or `{ stream, status, contentType, headers }`; nothing for any other.
 *
 * @throws {RangeError} for a status that no answer can have; {TypeError} for a header that none can carry.
 */
export function readStreamed(result: unknown): Streamed | undefined {
  if (isSource(result)) return { source: result, status: 200, headers: { 'content-type': DEFAULT_TYPE } };
  if (typeof result !== 'object' || result === null || !('stream' in result)) return undefined;
  const { stream, status, contentType, headers } = result as Wrapper;
  if (!isSource(stream)) return undefined;
  try {
    return { source: stream, status: checkedStatus(status), headers: checkedHeaders(contentType, headers) };
  } catch (error) {
    discard(stream);
    throw error;
  }
}

const DEFAULT_TYPE = 'application/octet-stream';

interface Wrapper {
  stream: unknown;
  status?: unknown;
  contentType?: unknown;
  headers?: OutgoingHttpHeaders | null;
}

function checkedStatus(status: unknown): number {
  if (status === undefined || status === null) return 200;
  if (typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 599) return status;
  throw new RangeError(`the status of a stream must be an integer from 200 to 599, got ${String(status)}`);
}

function checkedHeaders(contentType: unknown, given: Wrapper['headers']): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  const all = { 'content-type': contentType ?? DEFAULT_TYPE, ...given };
  for (const [name, value] of Object.entries(all)) {
    const lower = name.toLowerCase();
    if (BLOCKED.has(lower)) continue;
    if (lower === 'content-length' && !/^\d+$/.test(String(value))) {
      throw new TypeError(`the length of a stream must be a number of bytes, got ${String(value)}`);
    }
    validateHeaderName(name);
    for (const one of Array.isArray(value) ? value : [value]) validateHeaderValue(name, one as string);
    headers[lower] = Array.isArray(value) ? value.map(String) : String(value);
  }
  return headers;
}

function isSource(value: unknown): value is Source {
  return typeof (value as { pipe?: unknown } | null | undefined)?.pipe === 'function';
}

/** Nobody will read it. */
export function discard(source: Source): void {
  try {
    source.on?.('error', () => {});
    source.destroy?.();
  } catch {}
}

/** A result that nobody will be sent: where it is a stream, that is let go. */
export function discardResult(result: unknown): void {
  try {
    const streamed = readStreamed(result);
    if (streamed !== undefined) discard(streamed.source);
  } catch {}
}

/** Where a source's bytes go. */
export interface Channel {
  /** Whether anything was sent, so that no other answer is possible. */
  readonly hasBegun: boolean;
  /** `done` is called when there is room for more. */
  write(bytes: Uint8Array, done: () => void): void;
  /** Completes the answer; `last` is all there was if nothing was written before. */
  end(last?: Uint8Array): void;
  /** Gives it up. */
  break(): void;
}

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
