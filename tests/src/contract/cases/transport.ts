/** How requests and answers share a connection: expectations, pipelines, bodies that come late. */
import { chunked, exchange } from '../../harness/request';
import type { Case, Table } from '../case';
import { bytes } from '../observation';
import {
  AUTH,
  body,
  call,
  emit,
  parserRefuses,
  refused,
  result,
  TOO_LARGE,
  to,
  UNAUTHORIZED,
} from '../requests';

const ECHO = '/__runner/task/echo';

function head(headers: Record<string, string>, target = ECHO): Buffer {
  return bytes({ target, headers: { ...AUTH, ...headers } });
}

const expecting = { Expect: '100-continue', 'Content-Length': '1' };

const expectations: Case[] = [
  {
    rows: ['1.7/expect', 'Q8'],
    does: '100-continue, and then the body',
    send: [],
    async talk(connection, { read }) {
      connection.write(head(expecting));
      await read();
      connection.write('1');
      await read();
    },
    gets: [{ status: 100, reason: 'Continue' }, result('1')],
  },
  {
    rows: ['1.7/expect'],
    does: '100-continue for an event',
    send: [],
    async talk(connection, { read }) {
      connection.write(head({ ...expecting, 'Content-Length': '2' }, '/__runner/event/happened'));
      await read();
      connection.write('{}');
      await read();
    },
    gets: [{ status: 100 }, { status: 200 }],
  },
  {
    rows: ['1.7/expect', 'Q8'],
    does: '100-continue before the token is looked at',
    send: [],
    async talk(connection, { read }) {
      connection.write(head({ ...expecting, 'x-runner-token': 'wrong' }));
      await read();
      await read();
      connection.write('1');
    },
    gets: [{ status: 100 }, UNAUTHORIZED],
    logs: ['exposure.auth.failure'],
    differs: {
      by: 'parser: 100 is sent when the body is wanted, and it is not (Q8 leaves that open)',
      ours: {
        gets: [{ ...UNAUTHORIZED, headers: { connection: 'close' } }, { status: 'nothing' }],
        after: 'ended',
        logs: ['exposure.auth.failure'],
      },
    },
  },
  {
    rows: ['1.7/expect'],
    does: '100-continue in another case',
    send: [],
    async talk(connection, { read }) {
      connection.write(head({ ...expecting, Expect: '100-Continue' }));
      await read();
      connection.write('1');
      await read();
    },
    gets: [{ status: 100 }, result('1')],
  },
  {
    rows: ['1.7/expect-other'],
    does: 'another expectation',
    send: to(ECHO, { headers: { Expect: 'cookies' }, body: '1' }),
    gets: { status: 417, reason: 'Expectation Failed', body: '' },
    differs: {
      by: 'parser: the guard refuses it and closes, as it does with other heads that it refuses',
      ours: { gets: parserRefuses(417, 'Expectation Failed'), after: 'ended' },
    },
  },
];

const shared: Case[] = [
  {
    rows: ['1.7/pipelining'],
    does: 'many at once are answered in order',
    send: [1, 2, 3, 4, 5, 6, 7, 8].map((n) => call('add', { a: n, b: 0 })),
    pipelined: true,
    gets: [1, 2, 3, 4, 5, 6, 7, 8].map((n) => result(String(n))),
  },
  {
    rows: ['1.7/pipelining'],
    does: 'of every kind',
    send: [
      call('add', { a: 1, b: 1 }),
      { target: '/other', body: '{}' },
      { method: 'OPTIONS', target: ECHO },
      body('{'),
      { method: 'HEAD', target: ECHO },
      emit('silent'),
      { target: ECHO, body: '1' },
      call('add', { a: 2, b: 1 }),
    ],
    pipelined: true,
    gets: [
      result('2'),
      { status: 404 },
      { status: 204 },
      { status: 400 },
      { status: 405 },
      { status: 200 },
      UNAUTHORIZED,
      result('3'),
    ],
    logs: ['exposure.auth.failure'],
  },
  {
    rows: ['1.7/pipelining'],
    does: 'behind one that waits',
    send: [],
    async talk(connection, { side, read }) {
      connection.write(Buffer.concat([call('wait', 'p'), call('add', { a: 1, b: 2 })].map(bytes)));
      await side.notes.noted('waits p');
      side.parts.gate.open();
      await read();
      await read();
    },
    gets: [result('"p"'), result('3')],
    seen: ['goes on p false'],
    differs: {
      by: 'D4',
      ours: { gets: [result('"p"'), result('3')], seen: ['goes on p false', '!aborted'] },
    },
  },
  {
    rows: ['1.7/slow-body'],
    does: 'a body byte by byte',
    send: [],
    async talk(connection, { read }) {
      for (const byte of head({ 'Content-Length': '3' }).toString('latin1')) connection.write(byte);
      for (const byte of '"a"') connection.write(byte);
      await read();
    },
    gets: result('"a"'),
  },
  {
    rows: ['1.7/slow-body'],
    does: 'a body in many chunks',
    send: to(ECHO, { headers: { 'Transfer-Encoding': 'chunked' }, body: chunked(...'[1,2,3,"\u20ac"]') }),
    gets: result('[1,2,3,"€"]'),
  },
];

/** D17: stock reads a body that is too large before it says so. */
const early: Case[] = [
  {
    rows: ['D17', '1.7/length-not-looked-at'],
    does: 'a length above the limit',
    send: [],
    async talk(connection, { side, read }) {
      connection.write(head({ 'Content-Length': '101' }));
      const answer = read();
      // Stock has nothing to say before the body, and ours says it without.
      if (side.name === 'stock') {
        await Promise.race([answer, exchange(side.port, call('look', null))]);
        connection.write('x'.repeat(101));
      }
      await answer;
      side.notes.note('answered');
      if (side.name === 'ours') connection.write('x'.repeat(101));
    },
    gets: TOO_LARGE,
    seen: ['context', 'answered'],
    differs: { by: 'D17', ours: { gets: TOO_LARGE, seen: ['answered', '!context'] } },
  },
  {
    rows: ['1.2/order', '1.7/length-not-looked-at'],
    does: 'a refusal comes before it',
    send: to('/__runner/task/ghost', { body: 'x'.repeat(101) }),
    gets: refused(403, 'FORBIDDEN', 'Task ghost not exposed'),
  },
];

export const transport: Table[] = [
  { name: 'expectations', cases: expectations },
  { name: 'several requests on a connection', cases: shared },
  {
    name: 'a length above the limit',
    setting: { http: () => ({ limits: { json: { maxSize: 100 } } }) },
    cases: early,
  },
];
