import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, it } from 'node:test';
import { foldHeaders, readRawHeaders, readRawTrailers } from './headers';

interface Read {
  headers: IncomingHttpHeaders;
  rawHeaders: string[];
}

/** What `node:http` makes of the same lines. */
async function stock(lines: readonly (readonly [string, string])[]): Promise<Read> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.write(Buffer.from(`GET / HTTP/1.1\r\n${head}\r\n`, 'latin1'));
  const [request] = await once(server, 'request');
  socket.destroy();
  server.close();
  return { headers: { ...request.headers }, rawHeaders: request.rawHeaders };
}

function own(lines: readonly (readonly [string, string])[]): Read {
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const rawHeaders = readRawHeaders(`GET / HTTP/1.1\r\n${head}`);
  return { headers: foldHeaders(rawHeaders), rawHeaders };
}

describe('headers', () => {
  it('are read as in node:http', async () => {
    const twice = (name: string): [string, string][] => [
      [name, 'one'],
      [name, 'two'],
    ];
    const lines = [
      ['Host', 'localhost'] as const,
      ...twice('X-Custom'),
      ...twice('Cookie'),
      ...twice('Set-Cookie'),
      ...twice('Authorization'),
      ...twice('User-Agent'),
      ...twice('Content-Type'),
      ...twice('Accept'),
      ...twice('Referer'),
      ...twice('Etag'),
      ...twice('Origin'),
      ...twice('X-Forwarded-For'),
      ['X-Empty', ''] as const,
      ['X-Latin1', 'caf\u00e9'] as const,
      ['X-Colon', 'a:b:c'] as const,
      ['X-Blanks', ' \t a \t b \u00a0 \t '] as const,
      ['x-only-blanks', ' \t '] as const,
      ['constructor', 'x'] as const,
      ['toString', 'x'] as const,
      ['toString', 'y'] as const,
    ];
    assert.deepEqual(own(lines), await stock(lines));
  });

  it('are dropped where Node keeps the first', async () => {
    const names = [
      'age authorization content-type etag expires from if-modified-since if-unmodified-since last-modified',
      'location max-forwards proxy-authorization referer retry-after server user-agent',
    ].flatMap((some) => some.split(' '));
    const lines = names.flatMap((name) => [[name, '1'] as const, [name, '2'] as const]);
    const withHost = [['host', 'a'] as const, ...lines];
    assert.deepEqual(own(withHost), await stock(withHost));
  });

  it('never touch the prototype', async () => {
    const lines: [string, string][] = [
      ['host', 'a'],
      ['__proto__', 'one'],
      ['__proto__', 'two'],
      ['x', 'y'],
    ];
    const { headers } = own(lines);
    assert.equal(Object.getPrototypeOf(headers), Object.prototype);
    assert.deepEqual(own(lines), await stock(lines));
  });

  it('are cut off where Node cuts them off', async () => {
    for (const count of [900, 999, 1000, 1001, 1022, 1023, 1024, 1500, 2500]) {
      const lines = Array.from({ length: count }, (_, at) => [`h${at}`, ''] as const);
      const withHost = [['host', 'a'] as const, ...lines];
      assert.deepEqual(own(withHost), await stock(withHost), `${count} and host`);
    }
  });

  it('end before the trailers', () => {
    const text = 'POST / HTTP/1.1\r\nA: b\r\n\r\nC:d\r\nc: \te \r\n';
    assert.deepEqual(readRawHeaders(text), ['A', 'b']);
    assert.deepEqual(readRawTrailers(text), ['C', 'd', 'c', 'e']);
    assert.deepEqual(readRawTrailers('POST / HTTP/1.1\r\n\r\nC:d\r\n'), ['C', 'd']);
  });

  it('are none where there are none', () => {
    assert.deepEqual(own([]), { headers: {}, rawHeaders: [] });
    assert.deepEqual(readRawHeaders(''), []);
    for (const text of ['', 'POST / HTTP/1.1\r\n', 'POST / HTTP/1.1\r\nA: b\r\n']) {
      assert.deepEqual(readRawTrailers(text), []);
    }
  });
});
