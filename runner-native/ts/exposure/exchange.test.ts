import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, it } from 'node:test';
import { Call } from '../call';
import { Frame, HEADER, Kind, LENGTH, putHeader } from '../frames';
import { Exchange } from './exchange';

const HEAD = 'POST /__runner/task/x?y HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n';

/** What a message shows of its lines. */
function shown(req: IncomingMessage): unknown {
  const { rawHeaders, rawTrailers, trailers, trailersDistinct, headersDistinct, complete, httpVersion } = req;
  // Ours have the accepted request id as well.
  const { 'x-runner-request-id': _, ...headers } = req.headers;
  return {
    rawHeaders,
    headers,
    headersDistinct,
    rawTrailers,
    trailers: { ...trailers },
    trailersDistinct,
    complete,
    httpVersion,
  };
}

async function stock(head: string, trailers: string): Promise<unknown> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(Buffer.from(`${head}\r\n1\r\na\r\n0\r\n${trailers}\r\n`, 'latin1'));
  const [req] = (await once(server, 'request')) as [IncomingMessage];
  await once(req.resume(), 'end');
  socket.destroy();
  server.close();
  return shown(req);
}

/** As `rust-tunnel/src/protocol/frame.rs` writes it. */
function own(head: string, trailers: string): unknown {
  const texts = ['x', 'id-1', '', trailers === '' ? head : `${head}\r\n${trailers}`];
  const payload = Buffer.concat([Buffer.alloc(texts.length * LENGTH), Buffer.from(texts.join(''), 'latin1')]);
  for (const [at, text] of texts.entries()) payload.writeUInt32LE(text.length, at * LENGTH);
  const bytes = Buffer.concat([Buffer.alloc(HEADER), payload]);
  putHeader(bytes, 0, Kind.Call, 0, 0, 7, payload.length);
  const frame = new Frame(bytes);
  frame.seek(0);
  return shown(new Exchange(new Call(frame, 'POST')).req);
}

const lines = (count: number, name: string): string =>
  Array.from({ length: count }, (_, at) => `${name}${at}: ${at}\r\n`).join('');

describe('the request of an exchange', () => {
  it('shows trailers as node:http does', async () => {
    for (const trailers of [
      '',
      'X-A: 1\r\n',
      'X-A:\t1 \r\nx-a: 2\r\nSet-Cookie: a\r\nset-cookie: b\r\nHost: c\r\nhost: d\r\nX-Caf: \u00e9\r\nEmpty:\r\n',
      '__proto__: x\r\ncontent-type: a\r\ncontent-type: b\r\n',
      lines(1000, 't'),
      lines(1023, 't'),
      lines(1024, 't'),
      lines(1400, 't'),
    ]) {
      assert.deepEqual(own(HEAD, trailers), await stock(HEAD, trailers));
    }
  });

  it('shows as many header lines as node:http', async () => {
    for (const count of [900, 998, 999, 1021, 1022, 1300]) {
      const head = HEAD + lines(count, 'h');
      assert.deepEqual(own(head, 'X-A: 1\r\n'), await stock(head, 'X-A: 1\r\n'), `${count}`);
    }
  });
});
