/** How large a body may be, and what becomes of the rest of it; files and streams. */
import { chunked } from '../../harness/request';
import type { Case, Expected, Table } from '../case';
import { body, call, emit, result, TOO_LARGE, to, UNAUTHORIZED, UNDEFINED } from '../requests';

const EXACT = `"${'x'.repeat(98)}"`;
const OVER = `"${'x'.repeat(99)}"`;
const inChunks = (...chunks: string[]) =>
  to('/__runner/task/echo', { headers: { 'Transfer-Encoding': 'chunked' }, body: chunked(...chunks) });

const small: Case[] = [
  { rows: ['1.7/too-large'], does: 'exactly the limit', send: body(EXACT), gets: result(EXACT) },
  {
    rows: ['1.7/too-large', 'Q8', '1.7/drained'],
    does: 'one byte more',
    send: body(OVER),
    gets: { ...TOO_LARGE, reason: 'Payload Too Large', headers: { connection: 'keep-alive' } },
    seen: ['!echo'],
  },
  {
    rows: ['1.7/too-large-chunks'],
    does: 'exactly the limit, in chunks',
    send: inChunks('"', EXACT.slice(1)),
    gets: result(EXACT),
  },
  {
    rows: ['1.7/too-large-chunks', 'Q8'],
    does: 'one byte more, in chunks',
    send: inChunks(...(OVER.match(/.{7}|.+/g) ?? [])),
    gets: TOO_LARGE,
  },
  {
    rows: ['1.7/too-large-chunks', '1.7/drained'],
    does: 'much more, in chunks',
    send: [inChunks(...Array(40).fill('x'.repeat(1000))), call('echo', 1)],
    gets: [TOO_LARGE, result('1')],
  },
  { rows: ['1.7/too-large'], does: 'nothing but blanks', send: body(' '.repeat(101)), gets: TOO_LARGE },
  {
    rows: ['1.7/too-large', '1.11/event-body'],
    does: 'of an event',
    send: emit('happened', OVER),
    gets: TOO_LARGE,
    seen: ['!happened'],
  },
  {
    rows: ['1.7/drained'],
    does: 'refusals drain what they do not read',
    send: [
      { target: '/__runner/task/echo', body: 'x'.repeat(50_000) },
      to('/__runner/task/ghost', { body: 'x'.repeat(50_000) }),
      to('/__runner/task/echo', { method: 'PUT', body: 'x'.repeat(50_000) }),
      to('/__runner/foo', { body: 'x'.repeat(50_000) }),
      to('/other', { body: 'x'.repeat(50_000) }),
      body(EXACT),
    ],
    gets: [UNAUTHORIZED, { status: 403 }, { status: 405 }, { status: 404 }, { status: 404 }, result(EXACT)],
    logs: ['exposure.auth.failure'],
  },
];

export const limits: Table[] = [
  {
    name: 'JSON: a limit of 100 bytes',
    setting: { http: () => ({ limits: { json: { maxSize: 100 } } }) },
    cases: small,
  },
  {
    name: 'JSON: the default limit',
    cases: [
      {
        rows: ['1.7/default-limit'],
        does: 'takes 2 MiB',
        send: body(`"${'x'.repeat(2_097_150)}"`),
        gets: { status: 200 },
      },
      {
        rows: ['1.7/default-limit'],
        does: 'takes no byte more',
        send: body(`"${'x'.repeat(2_097_151)}"`),
        gets: TOO_LARGE,
      },
    ],
  },
  {
    name: 'JSON: a limit of nothing',
    setting: { http: () => ({ limits: { json: { maxSize: 0 } } }) },
    cases: [
      { rows: ['1.7/too-large'], does: 'an empty body', send: call('echo'), gets: result(UNDEFINED) },
      { rows: ['1.7/too-large'], does: 'one byte', send: body('1'), gets: TOO_LARGE },
    ],
  },
  { name: 'kinds of bodies', cases: kinds() },
];

function kinds(): Case[] {
  const form =
    '--b\r\nContent-Disposition: form-data; name="__manifest"\r\n\r\n{"input":{"a":1}}\r\n--b--\r\n';
  const types: [string, string, string, Expected][] = [
    ['1.7/multipart', 'multipart/form-data; boundary=b', form, result('{"a":1}')],
    ['1.7/multipart', 'text/plain; x=multipart/form-data; boundary=b', form, { status: 400 }],
    ['1.7/octet', 'application/octet-stream', 'bytes', result(UNDEFINED)],
    ['1.7/octet', 'Application/Octet-Stream;charset=x', 'bytes', result(UNDEFINED)],
  ];
  return types.map(([row, type, sent, gets]) => ({
    rows: [row, ...(row === '1.7/octet' ? ['1.14/input'] : ['1.13/manifest'])],
    does: type,
    send: body(sent, { 'Content-Type': type }),
    gets,
  }));
}
