/** Tasks that touch their response. */
import type { Case, Expected, Table } from '../case';
import { gather, partial } from '../gather';
import { bytes } from '../observation';
import { call, INTERNAL, result, UNDEFINED } from '../requests';
import { unhandled } from '../unhandled';

const NO_EXTRAS = {
  'access-control-allow-origin': null,
  'x-content-type-options': null,
  'x-frame-options': null,
};

function writes(
  rows: string,
  name: string,
  gets: Expected | readonly Expected[],
  more: Partial<Case> = {},
): Case {
  return { rows: rows.split(' '), does: name, send: call('write', name), gets, ...more };
}

/** What comes until the server ends the connection or there is this text. */
function until(
  name: string,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Pick<Case, 'talk' | 'after'> {
  return {
    after: 'left',
    async talk(_connection, { side, took }) {
      const isThere = (received: string): boolean => received.includes(text);
      took(partial(await gather(side.port, bytes(call('write', name, headers)), isThere)));
    },
  };
}

/** An interim answer and the other one. */
const interim = (name: string): Pick<Case, 'talk'> => ({
  async talk(connection, { read }) {
    connection.write(bytes(call('write', name)));
    const { status } = await read();
    if (typeof status === 'number' && status < 200) await read();
  },
});

const touched: Case[] = [
  writes('1.8/set-header Q11', 'headers', {
    ...result(UNDEFINED),
    headers: { 'x-one': '1', 'x-many': 'a, b', 'set-cookie': 'c=1, d=2', 'access-control-allow-origin': '*' },
  }),
  writes('1.8/set-header Q11', 'overwritten', {
    ...result(UNDEFINED),
    reason: 'Mine',
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'content-length': '56',
      'x-frame-options': 'DENY',
    },
  }),
  writes('1.8/set-header', 'requestId', {
    ...result(UNDEFINED),
    headers: { 'x-runner-request-id': 'task-wrote-it' },
  }),
  writes('1.8/set-header', 'removed', { ...result(UNDEFINED), headers: { 'x-runner-request-id': null } }),
  writes('1.8/set-header', 'badHeader', INTERNAL, { logs: ['exposure.task.error'] }),
];

const written: Case[] = [
  writes(
    '1.8/written Q11 1.3/not-when-written 1.6/response-header',
    'end',
    { status: 203, body: 'all mine', headers: { ...NO_EXTRAS, 'x-mine': 'yes' } },
    { seen: ['ended { sent: true, ended: true }'] },
  ),
  writes('1.8/written', 'endEmpty', { status: 204, body: '', headers: NO_EXTRAS }),
  writes('1.8/written', 'writeHead', {
    status: 207,
    reason: 'My Reason',
    body: 'with a head',
    headers: { ...NO_EXTRAS, 'x-mine': 'a, b', 'content-type': 'text/plain' },
  }),
  writes('1.8/written', 'chunks', {
    status: 200,
    body: 'onetwothree',
    headers: { ...NO_EXTRAS, 'transfer-encoding': 'chunked' },
  }),
  writes('1.8/written-late', 'late', { status: 202, body: 'late', headers: { 'x-mine': 'late' } }),
  writes('1.8/written', 'endTwice', { status: 200, body: 'first' }),
  writes('1.8/ended-after', 'afterJson', result('"json"'), {
    settles: (side) => side.notes.noted('ended after the answer'),
  }),
  writes('1.8/destroyed', 'destroy', { status: 'nothing' }, { after: 'ended' }),
  writes('1.8/interim', 'earlyHints', [{ status: 103 }, result('"hinted"')], interim('earlyHints')),
  writes('1.8/interim', 'processing', [{ status: 102 }, result('"processed"')], interim('processing')),
  writes(
    '1.8/trailers',
    'trailers',
    { status: 200, body: 'with a trailer(last chunk) x-sum: 42 (not ended)' },
    until('trailers', '42\r\n\r\n', { TE: 'trailers' }),
  ),
  writes(
    '1.8/trailers',
    'trailers',
    { status: 200, body: 'with a trailer(last chunk) x-sum: 42 (not ended)' },
    until('trailers', '42\r\n\r\n'),
  ),
  writes(
    '1.8/unfinished',
    'writeOnly',
    { status: 200, body: 'never ended (not ended)' },
    until('writeOnly', 'ended\r\n'),
  ),
  writes(
    '1.8/unfinished',
    'flushOnly',
    { status: 200, body: ' (not ended)' },
    until('flushOnly', '\r\n\r\n'),
  ),
];

/** D12: stock leaves the client waiting where the task had begun its answer. */
const throwing: Case[] = [
  writes(
    'D12 1.8/throws-after',
    'throwsAfterEnd',
    { status: 200, body: 'kept' },
    {
      logs: ['exposure.task.error', 'exposure.http.unhandled'],
      differs: {
        by: 'D12',
        ours: { gets: { status: 200, body: 'kept' }, logs: ['exposure.task.error'] },
      },
    },
  ),
  writes(
    'D12 1.8/throws-after',
    'throwsAfterWrite',
    { status: 200, body: 'kept (not ended)' },
    {
      ...until('throwsAfterWrite', 'kept\r\n'),
      settles: (side) => (side.name === 'stock' ? unhandled.next() : Promise.resolve()),
      logs: ['exposure.task.error', 'exposure.http.unhandled'],
      unhandled: ['Cannot set headers after they are sent to the client'],
      differs: {
        by: 'D12',
        ours: {
          gets: { status: 200, body: 'kept (not ended)' },
          after: 'left',
          logs: ['exposure.task.error'],
        },
      },
    },
  ),
  writes(
    'D12 1.8/throws-after',
    'streamAfterHead',
    { status: 'silence' },
    {
      logs: ['exposure.task.error', 'exposure.http.unhandled'],
      unhandled: ['Cannot set headers after they are sent to the client'],
      differs: {
        by: 'D12',
        ours: { gets: { status: 'nothing' }, after: 'ended', logs: ['exposure.task.error'] },
      },
    },
  ),
];

export const writers: Table[] = [
  { name: 'responses that the task touches', cases: touched },
  { name: 'responses that the task writes', cases: written },
  { name: 'responses that the task leaves unfinished', cases: throwing },
];
