import { RawConnection, type RawResponse } from './raw';

export interface RawRequest {
  /** Default `POST`. */
  method?: string;
  target: string;
  /** Pairs, or an object; in this order, nothing checked. `Host: localhost` comes before unless one is given. */
  headers?: readonly (readonly [string, string])[] | Readonly<Record<string, string>>;
  body?: string | Buffer;
  version?: '1.0' | '1.1';
}

/** The bytes of a request. A body brings its `Content-Length` unless its framing is given. */
export function request({
  method = 'POST',
  target,
  headers = {},
  body,
  version = '1.1',
}: RawRequest): Buffer {
  const given: (readonly [string, string])[] = [
    ...(Array.isArray(headers) ? headers : Object.entries(headers)),
  ];
  const has = (name: string): boolean => given.some(([key]) => key.toLowerCase() === name);
  if (version === '1.1' && !has('host')) given.unshift(['Host', 'localhost']);
  const content = Buffer.from(body ?? '');
  if (body !== undefined && !has('content-length') && !has('transfer-encoding')) {
    given.push(['Content-Length', String(content.length)]);
  }
  const lines = given.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const head = `${method} ${target} HTTP/${version}\r\n${lines}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), content]);
}

/** Sends one request over a connection of its own. */
export async function exchange(port: number, wanted: RawRequest): Promise<RawResponse> {
  const connection = await RawConnection.open(port);
  try {
    return await connection.write(request(wanted)).read(wanted.method);
  } finally {
    connection.leave();
  }
}

/** The request of a task with this input. */
export function taskRequest(id: string, input?: unknown, headers: RawRequest['headers'] = {}): RawRequest {
  const body = JSON.stringify(input === undefined ? {} : { input });
  return { target: `/__runner/task/${encodeURIComponent(id)}`, headers, body };
}

/** Runs a task with plain input. */
export function callTask(
  port: number,
  id: string,
  input?: unknown,
  headers?: RawRequest['headers'],
): Promise<RawResponse> {
  return exchange(port, taskRequest(id, input, headers));
}

/** A body in HTTP's chunks. */
export function chunked(...chunks: (string | Buffer)[]): Buffer {
  const parts = chunks.flatMap((chunk) => {
    const content = Buffer.from(chunk);
    return [Buffer.from(`${content.length.toString(16)}\r\n`), content, Buffer.from('\r\n')];
  });
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
}
