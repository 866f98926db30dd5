import type { Case, Expected, Table } from '../case';
import { emit, INTERNAL, INVALID_JSON, refused, result, UNDEFINED } from '../requests';

const EMITTED: Expected = { status: 200, body: '{"ok":true}' };
const LOGGED = ['exposure.event.error'];

function emits(
  rows: string,
  id: string,
  sent: string,
  gets: Expected,
  seen: string[] = [],
  more: Partial<Case> = {},
): Case {
  return { rows: rows.split(' '), does: `${id} ${sent}`, send: emit(id, sent), gets, seen, ...more };
}

/** A payload as a hook sees it. */
const happened = (data: string): string[] => [
  `happened { id: 'happened', data: ${data}, source: 'exposure:http', exposure: false }`,
];

const bodies: Case[] = [
  emits('1.11/emit Q1', 'happened', '{"payload":{"n":1}}', EMITTED, happened('{ n: 1 }')),
  emits('1.11/event-body', 'happened', `{"payload":${UNDEFINED}}`, EMITTED, happened('undefined')),
  emits('1.11/event-body', 'happened', '{"payload":null}', EMITTED, happened('null')),
  ...['', 'null', '5', '"payload"', '[1]', '{}', '{"input":1}'].map((sent) =>
    emits('1.11/event-body Q4', 'happened', sent, EMITTED, happened('undefined')),
  ),
  emits(
    '1.11/event-body',
    'happened',
    '{"__type":"Map","value":[["payload",1]]}',
    EMITTED,
    happened('undefined'),
  ),
  emits(
    '1.11/event-body',
    'happened',
    '{"payload":{"__type":"Date","value":"1970-01-01T00:00:00.000Z"}}',
    EMITTED,
    happened('1970-01-01T00:00:00.000Z'),
  ),
  emits('1.11/event-invalid', 'happened', '{', INVALID_JSON, ['!happened']),
  emits('1.11/emit', 'silent', '{"payload":1}', EMITTED),
  ...['application/octet-stream', 'multipart/form-data; boundary=b', 'text/plain', ''].map(
    (type): Case => ({
      rows: ['1.11/event-json'],
      does: `is JSON whatever the type is: ${type}`,
      send: emit('happened', '{"payload":1}', { 'Content-Type': type }),
      gets: EMITTED,
      seen: happened('1'),
    }),
  ),
];

const returned: Case[] = [
  emits(
    '1.11/return-payload',
    'happened',
    '{"payload":[1],"returnPayload":true}',
    result('[1]'),
    happened('[ 1 ]'),
  ),
  emits('1.11/return-payload', 'happened', '{"returnPayload":true}', result(UNDEFINED)),
  emits('1.11/return-payload', 'silent', '{"payload":1,"returnPayload":true}', result('1')),
  emits('1.11/return-payload', 'replaced', '{"payload":1,"returnPayload":true}', result('{"instead":1}'), [
    'intercepted 1',
    "replaced { id: 'replaced', data: { instead: 1 }",
  ]),
  emits(
    '1.11/return-payload',
    'checked.event',
    '{"payload":1,"returnPayload":true}',
    result('{"checked":1}'),
  ),
  ...['"no"', '1', '{}', '[]', '"0"'].map((yes) =>
    emits('1.11/return-truthy', 'happened', `{"payload":1,"returnPayload":${yes}}`, result('1')),
  ),
  ...['0', '""', 'null', 'false', UNDEFINED].map((no) =>
    emits('1.11/return-truthy', 'happened', `{"payload":1,"returnPayload":${no}}`, EMITTED),
  ),
  emits('1.11/parallel', 'parallel', '{"payload":1}', EMITTED, ['parallel 1', 'parallel 2']),
  emits(
    '1.11/parallel',
    'parallel',
    '{"payload":1,"returnPayload":true}',
    refused(
      400,
      'PARALLEL_EVENT_RETURN_UNSUPPORTED',
      'Event parallel is marked parallel; returning a payload is not supported.',
    ),
    ['!parallel'],
  ),
  emits('1.11/hooks', 'twice', '{"payload":1}', EMITTED, ['first', 'second']),
];

const failures: Case[] = [
  emits('1.11/event-fails D21', 'fails', '{"payload":"error"}', INTERNAL, ['before', 'beside', '!after'], {
    logs: LOGGED,
  }),
  emits('1.11/event-fails', 'fails', '{"payload":"error","returnPayload":true}', INTERNAL, ['before'], {
    logs: LOGGED,
  }),
  emits('1.11/event-schema', 'checked.event', '{"payload":"text"}', INTERNAL, ['!checked'], { logs: LOGGED }),
  emits('1.11/event-errors', 'fails', '{"payload":"string"}', INTERNAL, [], { logs: LOGGED }),
  emits(
    '1.11/event-errors',
    'fails',
    '{"payload":"conflict"}',
    {
      status: 409,
      body: '{"ok":false,"error":{"message":"{\\"name\\":\\"taken\\"}","code":"INTERNAL_ERROR","id":"app.errors.conflict","data":{"name":"taken"},"httpCode":409}}',
    },
    [],
    { logs: LOGGED },
  ),
  emits(
    '1.11/event-errors D15',
    'fails',
    '{"payload":"cancel"}',
    refused(499, 'REQUEST_ABORTED', 'Client Closed Request'),
    [],
    {
      differs: {
        by: 'D15',
        ours: {
          gets: refused(499, 'REQUEST_ABORTED', 'Client Closed Request'),
          logs: ['exposure.event.cancelled'],
        },
      },
    },
  ),
];

export const events: Table[] = [{ name: 'events', cases: [...bodies, ...returned, ...failures] }];
