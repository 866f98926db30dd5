/** The bytes of forms. */
import type { RawRequest } from '../harness/request';
import { AUTH } from './requests';

export const BOUNDARY = 'a-boundary';

/** A part: what stands behind `form-data`, its type, and its bytes. */
export interface Part {
  readonly name?: string;
  readonly filename?: string;
  /** Instead of name and filename. */
  readonly disposition?: string;
  readonly type?: string;
  readonly bytes?: string;
}

/** A form that is complete. */
export function form(...parts: Part[]): string {
  return `${opened(...parts)}\r\n--${BOUNDARY}--\r\n`;
}

/** The beginning of one: its last part goes on. */
export function opened(...parts: Part[]): string {
  return parts.map(part).join('\r\n');
}

export function part({ name, filename, disposition, type, bytes = '' }: Part): string {
  const quoted = (key: string, value: string | undefined): string =>
    value === undefined ? '' : `; ${key}="${value}"`;
  const given = disposition ?? `form-data${quoted('name', name)}${quoted('filename', filename)}`;
  const typed = type === undefined ? '' : `Content-Type: ${type}\r\n`;
  return `--${BOUNDARY}\r\nContent-Disposition: ${given}\r\n${typed}\r\n${bytes}`;
}

/** The field that is the input. */
export function manifest(input: unknown): Part {
  return { name: '__manifest', bytes: JSON.stringify({ input }) };
}

export function file(id: string, bytes: string, more: Omit<Part, 'name' | 'bytes'> = {}): Part {
  return { name: `file:${id}`, filename: 'a.txt', bytes, ...more };
}

/** What stands in a manifest for a file. */
export function sentinel(id: string, meta?: object): object {
  return { $runnerFile: 'File', id, ...(meta !== undefined && { meta }) };
}

/** Sends a body as a form. */
export function posted(
  id: string,
  body: string | undefined,
  headers: Record<string, string> = {},
): RawRequest {
  return {
    target: `/__runner/task/${id}`,
    headers: { ...AUTH, 'Content-Type': `multipart/form-data; boundary=${BOUNDARY}`, ...headers },
    ...(body !== undefined && { body }),
  };
}
