import type { Case, Table } from '../case';
import { AUTH, body, call, emit, preflight, result, to } from '../requests';

const ID = 'x-runner-request-id';
const LONGEST = 'a'.repeat(128);

function sends(rows: string, sent: string, back: string | undefined): Case {
  return {
    rows: rows.split(' '),
    does: `${JSON.stringify(sent.length > 40 ? `${sent.length} characters` : sent)} ${back === undefined ? 'is replaced' : 'is taken'}`,
    send: call('look', null, { [ID]: sent }),
    gets: { ...result('null'), headers: back === undefined ? {} : { [ID]: back } },
    // The task sees the final one, but in `rawHeaders` what was sent.
    seen: [back === undefined ? 'headers' : `headers {`, 'rawHeaders', 'headersDistinct'],
  };
}

const taken = ['abc', 'A-b_c.d:e', '0', LONGEST].map((id) => sends('1.6/accepted Q6', id, id));
const replaced = ['', ' ', 'a b', 'a,b', 'a/b', 'é', 'a\xe9', `${LONGEST}b`, '<script>', 'a%20'].map((id) =>
  sends('1.6/replaced Q6', id, undefined),
);

export const requestId: Table[] = [
  {
    name: 'request ids',
    cases: [
      ...taken,
      sends('1.6/trimmed Q6', ' \t abc \t', 'abc'),
      ...replaced,
      {
        rows: ['1.6/two'],
        does: 'two are none',
        send: {
          target: '/__runner/task/echo',
          headers: [...Object.entries(AUTH), [ID, 'a'], [ID, 'b']],
          body: '1',
        },
        gets: result('1'),
      },
      {
        rows: ['1.6/request-header', '1.6/response-header', 'Q6'],
        does: 'a new one is the same for the task and the client',
        send: call('look', null),
        gets: result('null'),
        seen: ['headers', "res { headers: [Object: null prototype] { 'x-runner-request-id': "],
      },
      {
        rows: ['1.6/response-header'],
        does: 'is on every answer under the base path',
        send: ['/__runner/task/echo', '/__runner/task/ghost', '/__runner/foo', '/__runner/discovery'].map(
          (target) => to(target, { body: '1', headers: { [ID]: 'mine' } }),
        ),
        gets: [200, 403, 404, 405].map((status) => ({ status, headers: { [ID]: 'mine' } })),
      },
      {
        rows: ['1.6/response-header'],
        does: 'is on answers to events and errors',
        send: [emit('happened', '{}', { [ID]: 'mine' }), body('{', { [ID]: 'yours' })],
        gets: [
          { status: 200, headers: { [ID]: 'mine' } },
          { status: 400, headers: { [ID]: 'yours' } },
        ],
      },
      {
        rows: ['1.6/absent'],
        does: 'is not on preflights and outside',
        send: [preflight({ [ID]: 'mine' }), to('/other', { headers: { [ID]: 'mine' } })],
        gets: [
          { status: 204, headers: { [ID]: null } },
          { status: 404, headers: { [ID]: null } },
        ],
      },
      {
        rows: ['1.6/absent'],
        does: 'is not there where the target is no URL',
        send: to('//', { headers: { [ID]: 'mine' } }),
        gets: { status: 500, headers: { [ID]: null } },
        logs: ['exposure.http.unhandled'],
        differs: { by: 'D18', ours: { gets: { status: 404, headers: { [ID]: null } } } },
      },
    ],
  },
];
