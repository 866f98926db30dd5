import { connect } from 'node:net';
import type { Answer } from './observation';

/** What came before the reader had enough, and whether the server ended the connection by then. */
export interface Gathered {
  readonly text: string;
  readonly ended: boolean;
}

/** Sends bytes over a connection of its own, and reads until it has enough or the server ends it; then leaves. */
export function gather(port: number, sent: Buffer, enough: (text: string) => boolean): Promise<Gathered> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => socket.write(sent));
    const finish = (ended: boolean): void => {
      resolve({ text, ended });
      socket.destroy();
    };
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (enough(text)) finish(false);
    });
    socket.on('error', () => finish(true)).on('end', () => finish(true));
  });
}

/** An answer that may have no end: whatever there is of its chunks, and its trailers. */
export function partial({ text, ended }: Gathered): Answer {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [line = '', ...lines] = head.split('\r\n');
  const headers: Record<string, string[]> = {};
  for (const one of lines) {
    const [name = '', ...value] = one.split(': ');
    const key = name.toLowerCase();
    headers[key] = [...(headers[key] ?? []), key === 'date' ? '<date>' : value.join(': ')];
  }
  const after = rest.join('\r\n\r\n');
  const isChunked = headers['transfer-encoding'] !== undefined;
  const body = `${isChunked ? dechunked(after) : after} ${ended ? '(ended)' : '(not ended)'}`;
  return { status: Number(line.split(' ')[1] ?? 0), line, headers, body };
}

function dechunked(text: string): string {
  const [, size, rest] = /^([0-9a-f]+)\r\n(.*)$/is.exec(text) ?? [];
  if (size === undefined || rest === undefined) return text;
  const length = Number.parseInt(size, 16);
  // Names of trailers count without their case, as those of headers.
  const trailers = rest.trim().replace(/^[^:\r\n]+/gm, (name) => name.toLowerCase());
  if (length === 0) return `(last chunk)${trailers === '' ? '' : ` ${trailers}`}`;
  return rest.slice(0, length) + dechunked(rest.slice(length + 2));
}
