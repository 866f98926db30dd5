/** Tasks of the app that decide who is let in. */
import { globals, hasExposureContext, r } from '@bluelibs/runner/node';
import type { Table } from '../case';
import type { Note } from '../notes';
import { call, emit, NOT_ALLOWED, NOT_FOUND, result, UNAUTHORIZED } from '../requests';
import { sends, TOKEN, table } from './auth';

const ONE = result('1');

/** A validator that notes what it is asked, and says what its header says. */
function validator(id: string, note: Note, says: (headers: Record<string, unknown>) => unknown) {
  return r
    .task(id)
    .tags([globals.tags.authValidator])
    .run((async (input: { headers: Record<string, unknown>; url: string; path: string; method: string }) => {
      const { headers, ...rest } = input;
      note(id, {
        keys: Object.keys(input),
        ...rest,
        id: headers['x-runner-request-id'],
        inside: hasExposureContext(),
      });
      return says(headers);
    }) as never)
    .build();
}

const strange = (name: unknown): unknown => {
  const answers: Record<string, unknown> = {
    yes: { ok: 'yes' },
    no: { ok: false },
    none: undefined,
    ok: { ok: true },
  };
  if (name === 'throw') throw new Error('the validator broke');
  return answers[String(name)];
};

const twoValidators = (note: Note) => [
  validator('validate.first', note, (headers) => strange(headers['x-first'])),
  validator('validate.second', note, (headers) => strange(headers['x-second'])),
];

export const validators: Table[] = [
  table(
    'validators beside a token',
    { token: 'secret' },
    [
      sends('1.4/validator-skipped', 'the token', TOKEN, ONE, { seen: ['!validate'] }),
      sends('1.4/validator', 'the first says yes', [['x-first', 'ok']], ONE, {
        seen: ['validate.first', '!validate.second'],
      }),
      sends(
        '1.4/validator',
        'the second says yes',
        [
          ['x-first', 'no'],
          ['x-second', 'ok'],
        ],
        ONE,
        {
          seen: ['validate.first', 'validate.second'],
        },
      ),
      sends('1.4/validator-truthy', 'something truthy', [['x-first', 'yes']], ONE),
      sends(
        '1.4/validator-fails',
        'the first throws',
        [
          ['x-first', 'throw'],
          ['x-second', 'ok'],
        ],
        ONE,
      ),
      sends(
        '1.4/validator-fails',
        'both do not',
        [
          ['x-first', 'none'],
          ['x-second', 'no'],
        ],
        UNAUTHORIZED,
        {
          seen: ['validate.first', 'validate.second'],
        },
      ),
      {
        rows: ['1.4/validator-input', '1.4/validator-outside'],
        does: 'what they are asked',
        send: {
          target: '/__runner//task/echo?q=1#f',
          headers: { 'x-first': 'ok', 'x-runner-request-id': 'mine' },
          body: '1',
        },
        gets: ONE,
        seen: ["validate.first { keys: [ 'headers', 'method', 'url', 'path' ], method: 'POST'"],
      },
      {
        rows: ['1.4/validator-input'],
        does: 'what they are asked by events and discovery',
        send: [
          emit('happened', '{}', { 'x-first': 'ok', 'x-runner-token': '' }),
          { method: 'GET', target: '/__runner/discovery/x?y', headers: { 'x-first': 'ok' } },
        ],
        gets: [{ status: 200 }, { status: 200 }],
        seen: ['validate.first'],
      },
      {
        rows: ['1.4/before'],
        does: 'nothing, where it is not a call',
        send: [{ method: 'PUT', target: '/__runner/task/echo' }, { target: '/__runner/foo' }],
        gets: [NOT_ALLOWED, NOT_FOUND],
        seen: ['!validate'],
      },
    ],
    { extra: twoValidators },
  ),
  table(
    'validators without a token',
    { allowAnonymous: true },
    [
      sends('1.4/anonymous-beside', 'they say no', [], UNAUTHORIZED, { seen: ['validate.first'] }),
      sends('1.4/validator', 'they say yes', [['x-first', 'ok']], ONE),
    ],
    { extra: twoValidators },
  ),
  {
    name: 'auth: a validator that adds a header',
    setting: {
      http: () => ({ auth: {} }),
      extra: (note) => [
        validator('validate.adds', note, (headers) => {
          headers['x-user'] = 'ada';
          return { ok: true };
        }),
      ],
    },
    cases: [
      {
        rows: ['1.4/validator-live'],
        does: 'shows it to the task',
        send: call('headers'),
        gets: { status: 200 },
        seen: [
          "headers { raw: 6, names: [ 'host', 'x-runner-token', 'content-length', 'x-runner-request-id', 'x-user' ]",
        ],
      },
    ],
  },
  {
    name: 'auth: the task sees the id that the validator saw',
    setting: { extra: twoValidators, http: () => ({ auth: {} }) },
    cases: [
      {
        rows: ['1.4/validator-input', '1.6/request-header'],
        does: 'one id',
        send: { ...call('look', null), headers: { 'x-first': 'ok' } },
        gets: result('null'),
        seen: ['validate.first', 'headers'],
      },
    ],
  },
];
