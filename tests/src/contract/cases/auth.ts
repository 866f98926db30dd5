import type { Case, Expected, Table } from '../case';
import { NOT_ALLOWED, NOT_CONFIGURED, NOT_FOUND, result, UNAUTHORIZED } from '../requests';
import type { Form, Setting } from '../setting';

export type Pairs = readonly (readonly [string, string])[];

export const FAILURE = ['exposure.auth.failure'];
const ONE = result('1');

/** A call with these headers and nothing else. */
export function sends(
  rows: string,
  does: string,
  headers: Pairs,
  gets: Expected,
  more: Partial<Case> = {},
): Case {
  const isRefused = gets === UNAUTHORIZED || gets === NOT_CONFIGURED;
  return {
    rows: rows.split(' '),
    does,
    send: { target: '/__runner/task/echo', headers, body: '1' },
    gets,
    logs: isRefused ? FAILURE : [],
    ...more,
  };
}

export function table(name: string, auth: unknown, cases: Case[], more: Setting = {}): Table {
  return { name: `auth: ${name}`, setting: { http: () => ({ auth: auth as never }), ...more }, cases };
}

export const TOKEN: Pairs = [['X-Runner-Token', 'secret']];

const tokens: Table[] = [
  table('a token', { token: 'secret' }, [
    sends('1.4/static 1.4/header-name', 'the token', TOKEN, ONE),
    sends('1.4/header-name', 'in any case', [['x-RUNNER-token', 'secret']], ONE),
    sends('1.4/header-value', 'with blanks around', [['x-runner-token', ' \t secret \t']], ONE),
    sends('1.4/static', 'another token', [['x-runner-token', 'Secret']], UNAUTHORIZED),
    sends('1.4/static', 'a prefix', [['x-runner-token', 'secre']], UNAUTHORIZED),
    sends(
      '1.4/unauthorized Q1',
      'none',
      [],
      { ...UNAUTHORIZED, headers: { 'www-authenticate': null } },
      { logs: FAILURE },
    ),
    sends('1.4/static', 'an empty one', [['x-runner-token', '']], UNAUTHORIZED),
    sends('1.4/duplicates', 'the same twice', [...TOKEN, ...TOKEN], UNAUTHORIZED),
    {
      rows: ['1.4/logged', '1.2/discovery-auth'],
      does: 'every kind of request',
      send: [
        { target: '/__runner/task/echo?q=1' },
        { target: '/__runner/event/happened' },
        { method: 'GET', target: '/__runner/discovery' },
        { target: '/__runner/task/echo', headers: { 'x-runner-request-id': 'my-id' } },
      ],
      gets: [UNAUTHORIZED, UNAUTHORIZED, UNAUTHORIZED, UNAUTHORIZED],
      logs: [...FAILURE, ...FAILURE, ...FAILURE, ...FAILURE],
    },
    {
      rows: ['1.4/before'],
      does: '405 and 404 of the route come before and are not logged',
      send: [
        { method: 'PUT', target: '/__runner/task/echo' },
        { target: '/__runner/foo' },
        { target: '/other' },
      ],
      gets: [NOT_ALLOWED, NOT_FOUND, NOT_FOUND],
    },
  ]),
  table('several tokens', { token: ['one', 'two', 'a, b'] }, [
    sends('1.4/static', 'the first', [['x-runner-token', 'one']], ONE),
    sends('1.4/static D22', 'the last', [['x-runner-token', 'two']], ONE),
    sends('1.4/static', 'none of them', [['x-runner-token', 'three']], UNAUTHORIZED),
    sends(
      '1.4/duplicates',
      'two headers joined',
      [
        ['x-runner-token', 'a'],
        ['x-runner-token', 'b'],
      ],
      ONE,
    ),
    sends(
      '1.4/duplicates',
      'two of them',
      [
        ['x-runner-token', 'one'],
        ['x-runner-token', 'two'],
      ],
      UNAUTHORIZED,
    ),
  ]),
  table('a header of its own', { header: 'X-API-Key', token: 'secret' }, [
    sends('1.4/header-name', 'that header', [['x-api-key', 'secret']], ONE),
    sends('1.4/header-name', 'the default header', TOKEN, UNAUTHORIZED),
  ]),
  table('Authorization', { header: 'Authorization', token: 'Bearer t' }, [
    sends('1.4/header-name', 'it', [['authorization', 'Bearer t']], ONE),
    sends(
      '1.4/singleton',
      'the first of two',
      [
        ['authorization', 'Bearer t'],
        ['authorization', 'x'],
      ],
      ONE,
    ),
    sends(
      '1.4/singleton',
      'not the second',
      [
        ['authorization', 'x'],
        ['authorization', 'Bearer t'],
      ],
      UNAUTHORIZED,
    ),
  ]),
  table('Cookie', { header: 'cookie', token: 'a=1; b=2' }, [
    sends(
      '1.4/cookie',
      'two joined',
      [
        ['cookie', 'a=1'],
        ['cookie', 'b=2'],
      ],
      ONE,
    ),
    sends('1.4/cookie', 'one', [['cookie', 'a=1']], UNAUTHORIZED),
  ]),
  table('Set-Cookie', { header: 'set-cookie', token: 'a=1' }, [
    sends(
      '1.4/set-cookie',
      'the first of two',
      [
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2'],
      ],
      ONE,
    ),
    sends(
      '1.4/set-cookie',
      'not the second',
      [
        ['set-cookie', 'b=2'],
        ['set-cookie', 'a=1'],
      ],
      UNAUTHORIZED,
    ),
  ]),
  table('a token with é', { token: 'caf\u00e9' }, [
    sends('1.4/latin1', 'as a byte', [['x-runner-token', 'caf\xe9']], ONE),
    sends('1.4/latin1', 'as UTF-8', [['x-runner-token', 'caf\xc3\xa9']], UNAUTHORIZED),
  ]),
  table('a token beyond latin1', { token: '\u20ac' }, [
    sends('1.4/latin1', 'as UTF-8', [['x-runner-token', '\xe2\x82\xac']], UNAUTHORIZED),
  ]),
];

const edges: Table[] = [
  table('nothing', undefined, [sends('1.4/not-configured Q1', 'no token', [], NOT_CONFIGURED)]),
  table('an empty object', {}, [
    sends('1.4/not-configured', 'a token', TOKEN, NOT_CONFIGURED),
    {
      rows: ['1.4/not-configured', '1.4/logged'],
      does: 'discovery and events',
      send: [{ method: 'GET', target: '/__runner/discovery' }, { target: '/__runner/event/happened' }],
      gets: [NOT_CONFIGURED, NOT_CONFIGURED],
      logs: [...FAILURE, ...FAILURE],
    },
  ]),
  table('anonymous', { allowAnonymous: true }, [
    sends('1.4/anonymous', 'no token', [], ONE),
    sends('1.4/anonymous', 'any token', TOKEN, ONE),
  ]),
  table('anonymous but not strictly', { allowAnonymous: 1 }, [
    sends('1.4/anonymous', 'no token', [], NOT_CONFIGURED),
  ]),
  table('anonymous beside a token', { allowAnonymous: true, token: 'secret' }, [
    sends('1.4/anonymous-beside', 'no token', [], UNAUTHORIZED),
  ]),
  table('an empty token', { token: '' }, [
    sends('1.4/token-empty', 'no token', [], NOT_CONFIGURED),
    sends('1.4/token-empty', 'an empty token', [['x-runner-token', '']], NOT_CONFIGURED),
  ]),
  table('an empty token, anonymous', { token: '', allowAnonymous: true }, [
    sends('1.4/token-empty', 'none', [], ONE),
  ]),
  table('no tokens', { token: [] }, [sends('1.4/token-none', 'none', [], UNAUTHORIZED)]),
  table('no tokens, anonymous', { token: [], allowAnonymous: true }, [
    sends('1.4/token-none', 'none', [], UNAUTHORIZED),
  ]),
  table('a number', { token: 5 }, [
    sends('1.4/token-number', 'its digits', [['x-runner-token', '5']], UNAUTHORIZED),
  ]),
  table('a list with a number', { token: [5, 'secret'] }, [
    sends('1.4/token-number', 'the text', TOKEN, ONE),
  ]),
];

/** D8: an empty token in a list lets everybody in. */
export function authDefects(form: Form): Table[] {
  const refused = { gets: UNAUTHORIZED, logs: FAILURE };
  const none = (token: unknown): Case =>
    sends('D8', `no token for ${JSON.stringify(token)}`, [], ONE, { differs: { by: 'D8', ours: refused } });
  return [[''], ['', 'secret']].map((token) =>
    table(
      `empty tokens ${JSON.stringify(token)} (${form})`,
      { token },
      [
        none(token),
        sends('D8', 'an empty one', [['x-runner-token', '']], ONE, { differs: { by: 'D8', ours: refused } }),
        sends('D8', 'a wrong one', [['x-runner-token', 'x']], UNAUTHORIZED),
      ],
      { form },
    ),
  );
}

export const auth: Table[] = [...tokens, ...edges];
