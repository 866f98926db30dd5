import type { Case, Expected, Table } from '../case';
import { body, call, INTERNAL, refused, UNDEFINED } from '../requests';

const LOGGED = ['exposure.task.error'];

function fails(rows: string, name: string, gets: Expected, more: Partial<Case> = {}): Case {
  return { rows: rows.split(' '), does: name, send: call('fail', name), gets, logs: LOGGED, ...more };
}

function error(status: number, rest: string): Expected {
  return { status, body: `{"ok":false,"error":{${rest}}}` };
}

const CLOSED = refused(499, 'REQUEST_ABORTED', 'Client Closed Request');

const unknown = [
  'error',
  'emptyError',
  'typeError',
  'string',
  'null',
  'undefined',
  'abort',
  'look',
  'sql',
  'stranger',
];

const conflict = '"id":"app.errors.conflict","data":{"name":"x"}';
const message = '"message":"{\\"name\\":\\"x\\"}","code":"INTERNAL_ERROR"';

const typed: Case[] = [
  fails(
    '1.9/registered Q1',
    'conflict',
    error(
      409,
      '"message":"{\\"name\\":\\"taken\\"}","code":"INTERNAL_ERROR","id":"app.errors.conflict","data":{"name":"taken"},"httpCode":409',
    ),
  ),
  fails(
    '1.9/registered 1.9/sanitised',
    'plain',
    error(
      500,
      '"message":"{\\"detail\\":[1]}","code":"INTERNAL_ERROR","id":"app.errors.plain","data":{"detail":[1]}',
    ),
  ),
  fails(
    '1.9/registered',
    'helpful',
    error(
      422,
      '"message":"no cake\\n\\nRemediation: Try another name.","code":"INTERNAL_ERROR","id":"app.errors.helpful","data":{"name":"cake"},"httpCode":422',
    ),
  ),
  fails('1.9/registered', 'mute', { status: 418 }),
  fails('1.9/registered', 'typedData', { status: 500 }),
  fails('1.9/status', 'code500', error(500, `${message},${conflict},"httpCode":500`)),
  fails('1.9/status', 'code404', error(404, `${message},${conflict},"httpCode":404`)),
  fails('1.9/status', 'code599', {
    ...error(599, `${message},${conflict},"httpCode":599`),
    reason: 'unknown',
  }),
  ...['code99', 'code600', 'codeText', 'codeFraction'].map((name) =>
    fails('1.9/status', name, error(409, `${message},${conflict},"httpCode":409`)),
  ),
  fails('1.9/status', 'code200', { status: 200 }),
  fails('1.9/sanitised', 'unsafeFields', error(409, `${message},${conflict},"httpCode":409`)),
];

const builtIn: Case[] = [
  {
    rows: ['1.9/built-in'],
    does: 'a timeout',
    send: call('slow', 1),
    gets: { status: 408 },
    logs: LOGGED,
  },
  {
    rows: ['1.9/built-in'],
    does: 'a rate limit',
    send: [call('rare', 1), call('rare', 1)],
    gets: [{ status: 200 }, { status: 429 }],
    logs: LOGGED,
  },
  {
    rows: ['1.9/built-in'],
    does: 'a circuit breaker',
    send: [call('broken', 1), call('broken', 1)],
    gets: [INTERNAL, { status: 503 }],
    logs: [...LOGGED, ...LOGGED],
  },
  ...[call('checked', 'text'), call('results.checked', 'text'), call('needs.context', 1)].map(
    (send): Case => ({
      rows: ['1.9/validation'],
      does: `${send.target} is a plain 500`,
      send,
      gets: INTERNAL,
      logs: LOGGED,
    }),
  ),
  {
    rows: ['1.9/validation'],
    does: 'what fits passes',
    send: [call('checked', 1), call('results.checked', 1)],
    gets: [
      { status: 200, body: '{"ok":true,"result":2}' },
      { status: 200, body: '{"ok":true,"result":1}' },
    ],
  },
];

export const errors: Table[] = [
  {
    name: 'what tasks throw',
    cases: [
      ...unknown.map((name) => fails('1.9/unknown Q1 D21', name, INTERNAL)),
      ...typed,
      ...builtIn,
      fails(
        '1.9/cancelled Q1 D15 1.10/who-sees-499',
        'cancelled',
        { ...CLOSED, reason: 'unknown' },
        {
          logs: [],
          differs: {
            by: 'D15',
            ours: { gets: { ...CLOSED, reason: 'unknown' }, logs: ['exposure.task.cancelled'] },
          },
        },
      ),
      {
        rows: ['1.9/unknown'],
        does: 'the server goes on after them',
        send: [call('fail', 'error'), body(''), call('add', { a: 1, b: 2 })],
        gets: [
          INTERNAL,
          { status: 200, body: `{"ok":true,"result":${UNDEFINED}}` },
          { status: 200, body: '{"ok":true,"result":3}' },
        ],
        logs: LOGGED,
      },
    ],
  },
  { name: 'errors that break stock', cases: defective() },
];

function defective(): Case[] {
  return [
    fails('D13 1.9/unserialisable', 'unserialisable', INTERNAL, {
      logs: ['exposure.task.error', 'exposure.http.unhandled'],
      differs: {
        by: 'D13',
        ours: {
          gets: error(
            409,
            '"message":"{}","code":"INTERNAL_ERROR","id":"app.errors.conflict","httpCode":409',
          ),
          logs: LOGGED,
        },
      },
    }),
    ...['code204', 'code304'].map((name) =>
      fails(
        'D9 1.9/bodiless',
        name,
        { status: Number(name.slice(4)), body: '' },
        {
          differs: {
            by: 'D9',
            ours: {
              gets: { status: 500, headers: { 'content-type': 'application/json; charset=utf-8' } },
              logs: LOGGED,
            },
          },
        },
      ),
    ),
    fails(
      'D9 1.9/bodiless',
      'code101',
      { status: 101 },
      {
        differs: { by: 'D9', ours: { gets: { status: 500 }, logs: LOGGED } },
      },
    ),
  ];
}
