/** Bodies of bytes, and what a task can do with them. */
import { createHash } from 'node:crypto';
import { chunked, exchange, type RawRequest } from '../../harness/request';
import { patterned } from '../app/streams';
import type { Case, Expected, Table } from '../case';
import { gather, partial } from '../gather';
import { bytes } from '../observation';
import {
  AUTH,
  call,
  INTERNAL,
  notExposed,
  parserRefuses,
  refused,
  result,
  UNAUTHORIZED,
  UNDEFINED,
} from '../requests';
import { unhandled } from '../unhandled';

const OCTETS = { 'Content-Type': 'application/octet-stream' };
/** The size of a chunk of a million bytes. */
const MILLION_HEX = 'f4240';
const REASON = "{ name: 'runner.errors.cancellation' }";

function octet(
  name: string,
  body: string | Buffer = 'some bytes',
  headers: Record<string, string> = {},
): RawRequest {
  return { target: `/__runner/task/octet.${name}`, headers: { ...AUTH, ...OCTETS, ...headers }, body };
}

/** Only the head; the body follows, or does not. */
function head(name: string, headers: Record<string, string>): Buffer {
  const { target, headers: given } = octet(name, '', headers);
  return bytes({ target, ...(given !== undefined && { headers: given }) });
}

const inChunks = (name: string, ...pieces: (string | Buffer)[]): RawRequest => ({
  ...octet(name, chunked(...pieces)),
  headers: { ...AUTH, ...OCTETS, 'Transfer-Encoding': 'chunked' },
});

function digest(body: Buffer | string): Expected {
  const sha256 = createHash('sha256').update(body).digest('hex');
  return result(`{"bytes":${body.length},"sha256":"${sha256}"}`);
}

const million = patterned(1_000_000);

const SENT: Expected = { status: 200, body: 'some bytes', headers: { 'transfer-encoding': 'chunked' } };
const UPPER: Expected = { ...SENT, body: 'SOME BYTES' };
const BARE = { 'access-control-allow-origin': null, 'x-frame-options': null };

/** What a task does with a body, and what comes of it; the same however the body comes. */
const DEEDS: readonly [name: string, rows: string, gets: Expected, more?: Partial<Case>][] = [
  [
    'iterate',
    '1.14/input 1.14/read',
    digest('some bytes'),
    { seen: ['read { complete: true, ended: true }'] },
  ],
  ['pipeline', '1.14/read 1.8/written', { ...SENT, headers: { ...SENT.headers, ...BARE } }],
  ['pipelineUpper', '1.14/read', { ...UPPER, headers: { ...BARE, 'x-mine': 'yes' } }],
  ['request', '1.14/returned 1.8/streams', SENT],
  ['wrapped', '1.14/returned 1.8/streams', { ...SENT, status: 201 }],
  ['transform', '1.14/returned 1.8/streams', UPPER],
  ['readable', '1.14/read', result('"some bytes"')],
  ['events', '1.14/read', result('10'), { seen: ['end { complete: true, aborted: false }', 'close'] }],
  ['first', '1.14/unread', result('true')],
  ['unread', '1.14/unread', result('"unread"')],
  ['fails', '1.14/unread', INTERNAL, { logs: ['exposure.task.error'] }],
  ['failsLater', '1.14/read', INTERNAL, { logs: ['exposure.task.error'] }],
];

const known: Case[] = DEEDS.flatMap(([name, rows, gets, more]): Case[] => [
  { rows: rows.split(' '), does: `${name}: with the head`, send: octet(name), gets, ...more },
  {
    rows: rows.split(' '),
    does: `${name}: in chunks`,
    send: inChunks(name, 'some', ' ', 'bytes'),
    gets,
    ...more,
  },
  {
    rows: rows.split(' '),
    does: `${name}: after the head`,
    send: [],
    async talk(connection, { side, read }) {
      connection.write(head(name, { 'Content-Length': '10' }));
      // The head is there before anything of the body is.
      await exchange(side.port, call('add', { a: 1, b: 1 }));
      connection.write('some ');
      await exchange(side.port, call('add', { a: 1, b: 1 }));
      connection.write('bytes');
      await read();
    },
    gets,
    ...more,
  },
]);

const empty: Case[] = [
  ['iterate', digest('')] as const,
  ['request', { status: 200, body: '', headers: { 'content-length': '0' } }] as const,
  ['transform', { status: 200, body: '' }] as const,
  ['pipeline', { status: 200, body: '' }] as const,
  ['readable', result('""')] as const,
  ['events', result('0')] as const,
].flatMap(([name, gets]): Case[] => [
  { rows: ['1.14/read'], does: `${name}: an empty body`, send: octet(name, ''), gets },
  { rows: ['1.14/read'], does: `${name}: a body of no chunks`, send: inChunks(name), gets },
]);

const looks: Case[] = [
  {
    rows: ['1.14/input', '1.11/request'],
    does: 'what a task sees of a body that has not come',
    send: [],
    async talk(connection, { side, read }) {
      const { mark } = side.notes;
      connection.write(head('untouched', { 'Content-Length': '10' }));
      await side.notes.noted('untouched', mark);
      connection.write('some bytes');
      await read();
    },
    gets: result('"untouched"'),
    seen: [
      "untouched { input: undefined, readableFlowing: null, readable: true, readableEnded: false, complete: 'maybe', aborted: false, destroyed: false }",
    ],
  },
  {
    rows: ['1.14/input', '1.11/exposure-context'],
    does: 'the whole exposure context',
    send: { ...octet('', 'some bytes', { 'x-runner-request-id': 'mine' }), target: '/__runner/task/look' },
    gets: result('null'),
    seen: ['context', 'res is true'],
  },
  {
    rows: ['1.14/read'],
    does: 'trailers of the body',
    send: {
      ...octet('trailers', '2\r\n{}\r\n0\r\nX-Sum: 1\r\nX-sum: 2\r\n\r\n'),
      headers: { ...AUTH, ...OCTETS, 'Transfer-Encoding': 'chunked', Trailer: 'X-Sum' },
    },
    gets: result('2'),
    seen: ["trailers { trailers: { 'x-sum': '1, 2' }"],
  },
  {
    rows: ['1.14/read'],
    does: 'trailers of a body that comes in pieces',
    send: {
      ...octet('trailers', `${MILLION_HEX}\r\n${'x'.repeat(1_000_000)}\r\n0\r\nX-Sum: 1\r\nX-sum: 2\r\n\r\n`),
      headers: { ...AUTH, ...OCTETS, 'Transfer-Encoding': 'chunked', Trailer: 'X-Sum' },
    },
    gets: result('1000000'),
    seen: ["trailers { trailers: { 'x-sum': '1, 2' }"],
  },
  {
    rows: ['1.14/read'],
    does: 'a body that waits for its reader',
    send: [],
    async talk(connection, { side, read }) {
      const { mark } = side.notes;
      connection.write(bytes(octet('later', million)));
      await side.notes.noted('waits', mark);
      await exchange(side.port, call('add', { a: 1, b: 1 }));
      side.parts.gate.open();
      await read();
    },
    gets: digest(million),
  },
  {
    rows: ['1.7/octet', '1.14/read'],
    does: 'other forms of the type',
    send: [
      octet('iterate', 'x', { 'Content-Type': 'Application/Octet-Stream' }),
      octet('iterate', 'x', { 'Content-Type': 'application/octet-stream;charset=utf-8' }),
      octet('iterate', '"json"', { 'Content-Type': 'application/octet-stream ; x' }),
      octet('iterate', '"json"', { 'Content-Type': 'text/plain' }),
    ],
    gets: [digest('x'), digest('x'), { status: 200 }, { status: 200 }],
  },
  {
    rows: ['1.14/read', '1.7/pipelining'],
    does: 'several on a connection, pipelined',
    send: [
      octet('iterate', 'a'),
      inChunks('transform', 'b', 'c'),
      octet('unread', 'd'),
      call('echo', 1),
      inChunks('unread', 'e', 'f'),
      octet('pipeline', 'g'),
      octet('iterate', million),
      call('echo', 2),
    ],
    pipelined: true,
    gets: [
      digest('a'),
      { status: 200, body: 'BC' },
      result('"unread"'),
      result('1'),
      result('"unread"'),
      { status: 200, body: 'g' },
      digest(million),
      result('2'),
    ],
  },
  {
    rows: ['1.14/read', '1.11/event-json'],
    does: 'an event has no such body: it is JSON',
    send: [
      {
        target: '/__runner/event/happened',
        headers: { ...AUTH, ...OCTETS },
        body: '{"payload":1,"returnPayload":true}',
      },
      { target: '/__runner/event/happened', headers: { ...AUTH, ...OCTETS }, body: 'some bytes' },
    ],
    gets: [{ status: 200 }, { status: 400 }],
  },
  {
    rows: ['1.14/read', '1.11/context-header'],
    does: 'async contexts come along',
    send: {
      ...octet('', 'x', { 'x-runner-context': '{"ctx.tenant":"\\"a\\""}' }),
      target: '/__runner/task/contexts',
    },
    gets: result('null'),
    seen: ['contexts'],
  },
];

const large: Case[] = [
  {
    rows: ['1.14/unlimited', '1.14/read'],
    does: 'more than the limit of JSON',
    send: [
      octet('iterate', million),
      inChunks('iterate', million, 'more'),
      octet('transform', 'x'.repeat(5000)),
    ],
    gets: [
      digest(million),
      digest(Buffer.concat([million, Buffer.from('more')])),
      { status: 200, body: 'X'.repeat(5000) },
    ],
  },
  {
    rows: ['1.14/unread'],
    does: '1 MB that nobody reads',
    send: [octet('unread', million), inChunks('unread', million), call('echo', 1)],
    gets: [result('"unread"'), result('"unread"'), result('1')],
  },
  {
    rows: ['1.14/unread'],
    does: '1 MB that nobody reads, and then a failure',
    send: [octet('fails', million), call('echo', 1)],
    gets: [INTERNAL, result('1')],
    logs: ['exposure.task.error'],
  },
  {
    rows: ['1.14/unread'],
    does: 'a body that comes after the answer',
    send: [],
    async talk(connection, { read }) {
      connection.write(head('unread', { 'Content-Length': String(million.length) }));
      await read();
      connection.write(million);
    },
    gets: result('"unread"'),
  },
  {
    rows: ['1.14/unread', '1.2/order'],
    does: 'refusals do not wait for it, and the connection goes on',
    send: [],
    async talk(connection, { read }) {
      const refusals: RawRequest[] = [
        { ...octet('iterate'), headers: OCTETS },
        { ...octet(''), target: '/__runner/task/ghost' },
        { ...octet(''), target: '/__runner/tusk/ghost' },
        { ...octet('iterate'), method: 'PUT' },
      ];
      for (const { body: _, headers, ...one } of refusals) {
        const given = { ...(headers as Record<string, string>), 'Content-Length': '5000' };
        connection.write(bytes({ ...one, headers: given }));
        await read();
        connection.write('x'.repeat(5000));
      }
    },
    gets: [
      UNAUTHORIZED,
      notExposed('Task', 'ghost'),
      refused(404, 'NOT_FOUND', 'Not Found'),
      refused(405, 'METHOD_NOT_ALLOWED', 'Method Not Allowed'),
    ],
    logs: ['exposure.auth.failure'],
  },
];

const expecting = { Expect: '100-continue', 'Content-Length': '10' };
const expectations: Case[] = [
  {
    rows: ['1.7/expect', '1.14/read'],
    does: '100-continue, and then the body',
    send: [],
    async talk(connection, { read }) {
      connection.write(head('iterate', expecting));
      await read();
      connection.write('some bytes');
      await read();
    },
    gets: [{ status: 100, reason: 'Continue' }, digest('some bytes')],
  },
  {
    rows: ['1.7/expect', '1.14/unread'],
    does: '100-continue for a body that nobody reads',
    send: [],
    async talk(connection, { read }) {
      connection.write(head('unread', expecting));
      await read();
      await read();
      connection.write('some bytes');
    },
    gets: [{ status: 100 }, result('"unread"')],
    differs: {
      by: 'D17',
      ours: {
        gets: [{ ...result('"unread"'), headers: { connection: 'close' } }, { status: 'nothing' }],
        after: 'ended',
      },
    },
  },
];

/** `req.pipe(res)` and no more: the answer of stock, then what comes of the pipe. */
const pipeOnly: Case[] = [
  {
    rows: ['1.14/pipe-only'],
    does: 'a body with the head',
    send: [],
    async talk(_connection, { side, took }) {
      const isThere = (text: string): boolean => text.endsWith('null}}') || text.endsWith('0\r\n\r\n');
      took(partial(await gather(side.port, bytes(octet('pipeOnly')), isThere)));
      if (side.name === 'stock') await unhandled.next();
    },
    gets: { status: 200, body: `{"ok":true,"result":${UNDEFINED}} (not ended)` },
    after: 'left',
    unhandled: ['write after end'],
    differs: {
      by: 'D12',
      ours: { gets: { status: 200 }, after: 'left' },
    },
  },
  {
    rows: ['1.14/pipe-only'],
    does: 'a body after the answer',
    send: [],
    async talk(connection, { side, read }) {
      connection.write(head('pipeOnly', { 'Content-Length': '10' }));
      await read();
      connection.write('some bytes');
      await exchange(side.port, call('add', { a: 1, b: 1 }));
    },
    gets: result(UNDEFINED),
  },
];

/** The client leaves in the middle of its body. */
function leaves(
  name: string,
  does: string,
  leave: (connection: Parameters<NonNullable<Case['talk']>>[0]) => void,
  until: string,
  seen: readonly string[],
  logs: readonly string[] = ['exposure.task.error'],
): Case {
  return {
    rows: ['1.14/left', '1.10/destroyed'],
    does: `${name}: ${does}`,
    send: [],
    async talk(connection, { side, took }) {
      const { mark } = side.notes;
      connection.write(head(name, { 'Content-Length': '100' }));
      connection.write('some bytes');
      await side.notes.noted(name === 'leftUnheard' ? 'waits' : 'reads', mark);
      await exchange(side.port, call('add', { a: 1, b: 1 }));
      leave(connection);
      await side.notes.noted(until, mark);
      await exchange(side.port, call('add', { a: 1, b: 1 }));
      await exchange(side.port, call('add', { a: 1, b: 1 }));
      took({ status: 'nothing', line: '', headers: {}, body: '' });
    },
    gets: { status: 'nothing' },
    after: 'left',
    seen,
    // The task's rejection is no cancellation, so it is logged.
    logs,
  };
}

const WAYS = {
  'destroys its socket': (connection: Parameters<NonNullable<Case['talk']>>[0]) => connection.leave(),
  'resets its socket': (connection: Parameters<NonNullable<Case['talk']>>[0]) => connection.reset(),
};

const left: Case[] = [
  ...Object.entries(WAYS).flatMap(([does, leave]) => [
    leaves('left', does, leave, 'req close', [
      `signal aborts ${REASON}`,
      'req aborted',
      "req error { code: 'ECONNRESET', text: 'aborted' }",
      'req close { aborted: true, complete: false }',
    ]),
    leaves('leftIterating', does, leave, 'read fails', [
      "read fails { code: 'ECONNRESET', message: 'aborted' }",
    ]),
    leaves('leftUnheard', does, leave, 'signal aborts', ['signal aborts'], []),
  ]),
  {
    rows: ['1.14/left', '1.10/half-closed-body'],
    does: 'half-closes in the middle of its body',
    send: [],
    async talk(connection, { side, read }) {
      const { mark } = side.notes;
      connection.write(head('leftIterating', { 'Content-Length': '100' }));
      connection.write('some bytes');
      await side.notes.noted('reads', mark);
      connection.halfClose();
      await read();
      await side.notes.noted('read fails', mark);
    },
    gets: parserRefuses(400, 'Bad Request'),
    after: 'ended',
    seen: ['read fails'],
    logs: ['exposure.task.error'],
  },
  {
    rows: ['1.14/left', '1.1/parser'],
    does: 'breaks the framing of its body',
    send: [],
    async talk(connection, { side, read }) {
      const { mark } = side.notes;
      connection.write(head('leftIterating', { 'Transfer-Encoding': 'chunked' }));
      connection.write('5\r\nsome \r\n');
      await side.notes.noted('reads', mark);
      connection.write('zz\r\n');
      await read();
      await side.notes.noted('read fails', mark);
    },
    gets: parserRefuses(400, 'Bad Request'),
    after: 'ended',
    seen: ['read fails'],
    logs: ['exposure.task.error'],
  },
  {
    rows: ['1.14/read'],
    does: 'a task that destroys the request',
    send: octet('destroys'),
    gets: { status: 'nothing' },
    after: 'ended',
  },
];

const tooMuch: Case[] = [
  {
    rows: ['1.14/unread', 'D17'],
    does: '8 MB that nobody reads',
    send: octet('unread', Buffer.alloc(8_000_000)),
    gets: result('"unread"'),
    differs: {
      by: 'D17',
      ours: { gets: { ...result('"unread"'), headers: { connection: 'close' } }, after: 'ended' },
    },
  },
];

export const octets: Table[] = [
  { name: 'bodies of bytes', cases: [...known, ...empty, ...looks] },
  {
    name: 'large bodies of bytes',
    setting: { http: () => ({ limits: { json: { maxSize: 100 } } }) },
    cases: large,
  },
  { name: 'bodies of bytes that are expected', cases: expectations },
  { name: 'bodies of bytes that are piped and not waited for', cases: pipeOnly },
  { name: 'bodies of bytes whose client leaves', cases: left },
  { name: 'bodies of bytes that are too much', cases: tooMuch },
];
