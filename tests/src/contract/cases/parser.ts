/** What Node's parser decides before the exposure hears of it. */
import { chunked } from '../../harness/request';
import type { Case, Table } from '../case';
import { call, parserRefuses, result, to } from '../requests';

const ECHO = '/__runner/task/echo';
const HEAD = 'Host: h\r\nx-runner-token: secret\r\n';
const BAD = parserRefuses(400, 'Bad Request');

function bytes(does: string, row: string, send: string, more: Partial<Case> = {}): Case {
  return { rows: [row], does, send, gets: BAD, after: 'ended', ...more };
}

const post = (headers: string, body = '', target = ECHO): string =>
  `POST ${target} HTTP/1.1\r\n${HEAD}${headers}\r\n${body}`;

const refused = [
  ['a raw byte in the target', post('', '', `${ECHO}\xe9`)],
  ['a target without a slash', post('', '', 'a/task/echo')],
  ['a target that begins with its query', post('', '', '?a')],
  ['two different lengths', post('Content-Length: 1\r\nContent-Length: 2\r\n', '{}')],
  ['two equal lengths', post('Content-Length: 2\r\nContent-Length: 2\r\n', '{}')],
  ['a length and chunks', post('Content-Length: 2\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n')],
  ['an unknown coding', post('Transfer-Encoding: gzip\r\n', '{}')],
  ['a negative length', post('Content-Length: -1\r\n', '{}')],
  ['a length that is no number', post('Content-Length: two\r\n', '{}')],
  ['a bad chunk size', post('Transfer-Encoding: chunked\r\n', 'zz\r\n{}\r\n0\r\n\r\n')],
  ['lines without CR', `POST ${ECHO} HTTP/1.1\nHost: h\nContent-Length: 0\n\n`],
  ['a method in lower case', `post ${ECHO} HTTP/1.1\r\n${HEAD}\r\n`],
  ['an unknown method', `BREW ${ECHO} HTTP/1.1\r\n${HEAD}\r\n`],
  ['garbage', 'garbage\r\n\r\n'],
  ['a TLS hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ['another protocol', `POST ${ECHO} HTTQ/1.1\r\n${HEAD}\r\n`],
  ['a blank in a header name', post('X Bad: 1\r\n')],
  ['a NUL in a header', post('X-Bad: a\0b\r\n')],
  ['a folded header at the start', `POST ${ECHO} HTTP/1.1\r\n folded: 1\r\n\r\n`],
] as const;

const wide = 'x'.repeat(17_000);

export const parser: Table[] = [
  {
    name: 'requests that the parser refuses',
    cases: [
      ...refused.map(([does, send]) => bytes(does, '1.1/parser', send)),
      bytes('a header of more than 16 KiB', '1.1/too-many-headers', post(`X-Wide: ${wide}\r\n`), {
        gets: parserRefuses(431, 'Request Header Fields Too Large'),
      }),
      bytes(
        'many headers of more than 16 KiB',
        '1.1/too-many-headers',
        post(`X-A: ${'y'.repeat(90)}\r\n`.repeat(180)),
        {
          gets: parserRefuses(431, 'Request Header Fields Too Large'),
        },
      ),
      bytes('a target of more than 16 KiB', '1.1/too-many-headers', post('', '', `${ECHO}?${wide}`), {
        gets: parserRefuses(431, 'Request Header Fields Too Large'),
      }),
      bytes('no Host', '1.1/no-host', `POST ${ECHO} HTTP/1.1\r\n\r\n`, {
        gets: { status: 400, body: '', headers: { connection: 'close', 'transfer-encoding': 'chunked' } },
        differs: {
          by: 'parser: the guard answers it in the raw form of the others, without a date',
          ours: { gets: BAD, after: 'ended' },
        },
      }),
      bytes('the preface of HTTP/2', '1.1/http2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
      bytes('CONNECT', '1.1/connect', `CONNECT host:80 HTTP/1.1\r\n${HEAD}\r\n`, {
        gets: { status: 'nothing' },
      }),
    ],
  },
  {
    name: 'requests that the parser lets pass',
    cases: [
      bytes('an empty line before', '1.1/tolerated', `\r\n${post('Content-Length: 1\r\n', '1')}`, {
        gets: result('1'),
        after: 'open',
      }),
      bytes('two Hosts', '1.1/tolerated', post('Host: other\r\nContent-Length: 1\r\n', '1'), {
        gets: result('1'),
        after: 'open',
      }),
      ...[150, 1_000].map(
        (count): Case => ({
          rows: ['1.1/many-headers'],
          does: `${count} headers`,
          send: to(ECHO, {
            headers: Array.from({ length: count }, (_, at): [string, string] => [`x-${at}`, '1']),
            body: '1',
          }),
          gets: result('1'),
        }),
      ),
      {
        rows: ['1.1/many-headers'],
        does: '2500 headers, of which Node shows 2000',
        send: to('/__runner/task/headers', {
          headers: Array.from({ length: 2_500 }, (): [string, string] => ['a', '']),
          body: '1',
        }),
        gets: { status: 200 },
        seen: ['headers'],
      },
      {
        rows: ['1.1/upgrade'],
        does: 'an Upgrade is ignored',
        send: call('echo', 1, { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Key': 'eA==' }),
        gets: result('1'),
      },
      {
        rows: ['1.1/upgrade'],
        does: 'an Upgrade to h2c is ignored',
        send: call('echo', 1, {
          Connection: 'Upgrade, HTTP2-Settings',
          Upgrade: 'h2c',
          'HTTP2-Settings': '',
        }),
        gets: result('1'),
      },
      {
        rows: ['1.1/chunk-extensions'],
        does: 'chunk extensions and trailers',
        send: to(ECHO, {
          headers: { 'Transfer-Encoding': 'chunked' },
          body: '1;a=b\r\n[\r\n1\r\n]\r\n0\r\nX-Trailer: 1\r\n\r\n',
        }),
        gets: result('[]'),
      },
    ],
  },
  { name: 'HTTP/1.0 and closing', cases: closing() },
];

function closing(): Case[] {
  const close = { connection: 'close', 'keep-alive': null };
  const keep = { connection: 'keep-alive', 'keep-alive': 'timeout=5' };
  const old = (headers: Record<string, string>) => ({ ...call('echo', 1, headers), version: '1.0' }) as const;
  return [
    {
      rows: ['1.1/http-1.0'],
      does: 'HTTP/1.0 is served and closed',
      send: old({}),
      gets: { ...result('1'), headers: close },
      after: 'ended',
    },
    {
      rows: ['1.1/http-1.0'],
      does: 'HTTP/1.0 is kept when asked to',
      send: old({ Connection: 'keep-alive' }),
      gets: { ...result('1'), headers: keep },
    },
    {
      rows: ['1.1/http-1.0'],
      does: 'a refusal over HTTP/1.0',
      send: { ...to('/other'), version: '1.0' },
      gets: { status: 404, headers: close },
      after: 'ended',
    },
    {
      rows: ['1.1/keep-alive'],
      does: 'HTTP/1.1 is kept',
      send: [call('echo', 1), call('echo', 2)],
      gets: [
        { ...result('1'), headers: keep },
        { ...result('2'), headers: keep },
      ],
    },
    {
      rows: ['1.1/keep-alive'],
      does: 'HTTP/1.1 is closed when asked to',
      send: call('echo', 1, { Connection: 'close' }),
      gets: { ...result('1'), headers: close },
      after: 'ended',
    },
    {
      rows: ['1.1/keep-alive'],
      does: 'a refusal is closed when asked to',
      send: to('/__runner/foo', { headers: { Connection: 'close' } }),
      gets: { status: 404, headers: close },
      after: 'ended',
    },
    {
      rows: ['1.1/keep-alive'],
      does: 'a preflight is closed when asked to',
      send: { method: 'OPTIONS', target: ECHO, headers: { Connection: 'close' } },
      gets: { status: 204, headers: close },
      after: 'ended',
    },
    {
      rows: ['1.1/idle'],
      does: 'an idle connection is ended by the server',
      send: [],
      together: true,
      async talk(connection, { read }) {
        connection.write(
          Buffer.concat([
            Buffer.from(`POST ${ECHO} HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n`),
            chunked('1'),
          ]),
        );
        await read();
        await connection.closed;
      },
      gets: result('1'),
      after: 'ended',
    },
  ];
}
