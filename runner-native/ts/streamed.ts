import type { OutgoingHttpHeaders } from 'node:http';
import type { Writable } from 'node:stream';

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
  const { validateHeaderName, validateHeaderValue } = require('node:http') as typeof import('node:http');
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
