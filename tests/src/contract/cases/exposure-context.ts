/** What a task sees in its exposure context. */
import type { Case, Table } from '../case';
import { AUTH, call, result, to } from '../requests';

const NULL = result('null');
const looks = { 'x-runner-request-id': 'mine' };
const exposure: Case[] = [
  {
    rows: ['1.11/exposure-context', 'Q10', '1.11/request', '1.11/response-so-far'],
    does: 'what a task sees',
    send: call('look', null, looks),
    gets: NULL,
    seen: [
      "context { keys: [ 'req', 'res', 'url', 'basePath', 'headers', 'method', 'signal' ], url: 'http://localhost/__runner/task/look', isURL: true, basePath: '/__runner', method: 'POST', headersAreThose: true, requestIsThat: true, sameAgain: true }",
      'signal { is: true, aborted: false }',
      'req is true',
      'res is true',
      "line { method: 'POST', url: '/__runner/task/look', version: '1.1' }",
      'state { complete: true, aborted: false }',
      "socket { remoteAddress: '127.0.0.1', localPort: <port>, encrypted: false, isConnection: true }",
      "res { headers: [Object: null prototype] { 'x-runner-request-id': 'mine' }",
    ],
  },
  ...[
    '/__runner//task/look/?a=1&b=%20#hash',
    'http://other.host:81/__runner/task/look?x#y',
    '/__runner\\task\\look?a=b',
    '/x/../__runner/task/look',
  ].map(
    (target): Case => ({
      rows: ['1.11/exposure-url'],
      does: `its url for ${target}`,
      send: to(target, { headers: looks }),
      gets: NULL,
      seen: ['context', 'line'],
    }),
  ),
  ...['', '{"input":1}'].map(
    (sent): Case => ({
      rows: ['1.11/request-body'],
      does: `what is left of the body ${sent}`,
      send: to('/__runner/task/look.body', { body: sent }),
      gets: { status: 200 },
      seen: ['stream { ended: true, readable: false, destroyed: true }', 'rest null', 'chunks'],
    }),
  ),
  {
    rows: ['1.11/header-folding'],
    does: 'how repeated headers are folded',
    send: {
      target: '/__runner/task/look',
      headers: [
        ...Object.entries(AUTH),
        ['x-runner-request-id', 'mine'],
        ...[
          'Age',
          'Authorization',
          'Content-Type',
          'ETag',
          'Expires',
          'From',
          'If-Modified-Since',
          'If-Unmodified-Since',
          'Last-Modified',
          'Location',
          'Max-Forwards',
          'Proxy-Authorization',
          'Referer',
          'Retry-After',
          'Server',
          'User-Agent',
          'Set-Cookie',
          'Cookie',
          'X-Many',
          'Accept',
          'Origin',
        ].flatMap((name): [string, string][] => [
          [name, 'one'],
          [name.toUpperCase(), 'two'],
        ]),
        ['X-Latin1', '\xe9'],
        ['X-Empty', ''],
        ['constructor', 'own'],
        ['toString', 'own'],
      ],
      body: '',
    },
    gets: NULL,
    seen: ['headers', 'rawHeaders', 'headersDistinct'],
  },
  {
    rows: ['1.11/header-folding'],
    does: 'a header of the name __proto__',
    send: to('/__runner/task/look', {
      headers: [
        ['x-runner-request-id', 'mine'],
        ['__proto__', 'own'],
      ],
      body: '',
    }),
    gets: NULL,
    seen: ['headers', 'headersDistinct'],
  },
  {
    rows: ['1.11/header-folding'],
    does: 'the raw pairs are as they were sent',
    send: {
      target: '/__runner/task/look',
      headers: [
        ...Object.entries(AUTH),
        ['x-runner-request-id', 'mine'],
        ['X-mIxEd-CaSe', ' \t padded \t'],
        ['x-second', 'a,b'],
      ],
      body: '',
    },
    gets: NULL,
    seen: [
      "rawHeaders [ 'Host', 'localhost', 'x-runner-token', 'secret', 'x-runner-request-id', 'mine', 'X-mIxEd-CaSe', 'padded', 'x-second', 'a,b', 'Content-Length', '0' ]",
    ],
  },
  {
    rows: ['1.11/request'],
    does: 'a request in chunks, with trailers',
    send: to('/__runner/task/look', {
      headers: { ...looks, 'Transfer-Encoding': 'chunked', Trailer: 'X-Sum' },
      body: '2\r\n{}\r\n0\r\nX-Sum: 1\r\nX-sum: 2\r\n\r\n',
    }),
    gets: NULL,
    seen: ['trailers'],
  },
  {
    rows: ['1.11/request'],
    does: 'a request of HTTP/1.0',
    send: { ...call('look', null, { ...looks, Connection: 'keep-alive' }), version: '1.0' },
    gets: NULL,
    seen: ["line { method: 'POST', url: '/__runner/task/look', version: '1.0' }"],
  },
];

export const exposureContext: Table[] = [
  { name: 'the exposure context', cases: exposure },
  {
    name: 'the exposure context under another base path',
    setting: { http: () => ({ basePath: '/api/' }) },
    cases: [
      {
        rows: ['1.11/exposure-context'],
        does: 'knows it',
        send: to('/api/task/look', { headers: looks }),
        gets: NULL,
        seen: ['context'],
      },
    ],
  },
];
