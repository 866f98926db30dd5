import type { NodeExposureHttpCorsConfig } from '@bluelibs/runner/node';
import type { Case, Expected, Table } from '../case';
import { AUTH, call, preflight, result } from '../requests';

type Cors = NodeExposureHttpCorsConfig;
type Headers = Record<string, string | null>;

const A = 'https://a.example';
const B = 'https://b.example';
const EVIL = 'https://evil.example';
const ALLOW = 'access-control-allow-origin';

/** What an answer says about an origin: the origin that may read, and whether it varies. */
export function says(
  origin: string | null,
  vary: string | null = null,
  credentials: string | null = null,
): Headers {
  return { [ALLOW]: origin, vary, 'access-control-allow-credentials': credentials };
}

/** The same on a success, a 403, a 404 under and outside the base path, a 405, and a preflight. */
export function asked(
  rows: string,
  origin: string | undefined,
  headers: Headers,
  more: Partial<Case> = {},
): Case {
  const sent: Record<string, string> = origin === undefined ? {} : { Origin: origin };
  const kinds: [number, string, string][] = [
    [200, 'POST', '/__runner/task/echo'],
    [403, 'POST', '/__runner/task/ghost'],
    [404, 'POST', '/__runner/foo'],
    [404, 'POST', '/other'],
    [405, 'PUT', '/__runner/task/echo'],
    [204, 'OPTIONS', '/__runner/task/echo'],
  ];
  return {
    rows: rows.split(' '),
    does: origin === undefined ? 'no origin' : `origin ${origin}`,
    send: kinds.map(([, method, target]) => ({ method, target, headers: { ...AUTH, ...sent }, body: '' })),
    gets: kinds.map(([status]): Expected => ({ status, headers })),
    ...more,
  };
}

function table(name: string, cors: () => Cors | undefined, cases: Case[]): Table {
  // biome-ignore lint/suspicious/noExplicitAny: also what the types forbid.
  return { name: `CORS: ${name}`, setting: { http: () => ({ cors: cors() as any }) }, cases };
}

const origins: Table[] = [
  table('nothing configured', () => undefined, [
    asked('1.3/omitted Q7', undefined, says('*')),
    asked('1.3/omitted 1.3/everywhere Q7', A, says('*')),
  ]),
  table('an empty object', () => ({}), [asked('1.3/omitted', A, says('*'))]),
  table('a null origin', () => ({ origin: null }) as never, [asked('1.3/omitted', A, says('*'))]),
  table('credentials without origins', () => ({ credentials: true }), [
    asked('1.3/credentials-alone D19', A, says(null, 'Origin', 'true')),
  ]),
  table('a string', () => ({ origin: A, credentials: true }), [
    asked('1.3/string', A, says(A, null, 'true')),
    asked('1.3/string D19', EVIL, says(A, null, 'true')),
    asked('1.3/string', undefined, says(A, null, 'true')),
  ]),
  table('a star with credentials', () => ({ origin: '*', credentials: true }), [
    asked('1.3/string D19', A, says('*', null, 'true')),
  ]),
  table('an empty string', () => ({ origin: '' }), [asked('1.3/empty-string', A, says(null))]),
  table('a list', () => ({ origin: [A, B], credentials: true }), [
    asked('1.3/list', A, says(A, 'Origin', 'true')),
    asked('1.3/list', B, says(B, 'Origin', 'true')),
    asked('1.3/list 1.3/credentials-refused D19', EVIL, says(null, 'Origin', 'true')),
    asked('1.3/list', `${A}/`, says(null, 'Origin', 'true')),
    asked('1.3/list', 'HTTPS://A.EXAMPLE', says(null, 'Origin', 'true')),
    asked('1.3/list 1.3/vary', undefined, says(null, 'Origin', 'true')),
    {
      rows: ['1.3/two-origins'],
      does: 'two Origin headers match neither',
      send: {
        target: '/__runner/task/echo',
        headers: [...Object.entries(AUTH), ['Origin', A], ['Origin', B]],
        body: '1',
      },
      gets: { ...result('1'), headers: says(null, 'Origin', 'true') },
    },
  ]),
  table('a list with a joined entry', () => ({ origin: [`${A}, ${B}`] }), [
    {
      rows: ['1.3/two-origins'],
      does: 'two Origin headers are one value',
      send: {
        target: '/__runner/task/echo',
        headers: [...Object.entries(AUTH), ['Origin', A], ['Origin', B]],
        body: '1',
      },
      gets: { ...result('1'), headers: says(`${A}, ${B}`, 'Origin') },
    },
  ]),
  table('an empty list', () => ({ origin: [] }), [asked('1.3/list', A, says(null, 'Origin'))]),
  table('a RegExp', () => ({ origin: /^https:\/\/[ab]\.example$/ }), [
    asked('1.3/regexp', A, says(A, 'Origin')),
    asked('1.3/regexp 1.3/vary', EVIL, says(null, 'Origin')),
    asked('1.3/regexp 1.3/vary', undefined, says(null, 'Origin')),
  ]),
  table('a function', () => ({ origin: (origin) => (origin === EVIL ? null : (origin ?? B)) }), [
    asked('1.3/function', A, says(A, 'Origin')),
    asked('1.3/function 1.3/vary', EVIL, says(null, 'Origin')),
    asked('1.3/function', undefined, says(B, 'Origin')),
  ]),
  table('a function that returns nothing', () => ({ origin: () => '' }), [
    asked('1.3/function', A, says(null, 'Origin')),
  ]),
  table('false', () => ({ origin: false }) as never, [asked('1.3/other-types', A, says(null))]),
  table('a number', () => ({ origin: 1 }) as never, [asked('1.3/other-types', A, says(null))]),
  table('a list that does not vary', () => ({ origin: [A], varyOrigin: false }), [
    asked('1.3/vary-off', A, says(A)),
    asked('1.3/vary-off', EVIL, says(null)),
  ]),
  table('credentials alone that do not vary', () => ({ credentials: true, varyOrigin: false }), [
    asked('1.3/vary-off', A, says(null, null, 'true')),
  ]),
];

const onActual: Table[] = [
  table(
    'exposed headers',
    () => ({ exposedHeaders: ['X-One', 'x-two'], allowedHeaders: ['X-In'], maxAge: 5 }),
    [
      {
        rows: ['1.3/exposed', '1.3/preflight-only'],
        does: 'are named on answers',
        send: call('echo', 1),
        gets: {
          ...result('1'),
          headers: {
            'access-control-expose-headers': 'X-One, x-two',
            'access-control-allow-headers': null,
            'access-control-allow-methods': null,
            'access-control-max-age': null,
          },
        },
      },
      {
        rows: ['1.3/exposed'],
        does: 'are not named on preflights',
        send: preflight(),
        gets: { status: 204, headers: { 'access-control-expose-headers': null } },
      },
    ],
  ),
  table('an empty list of exposed headers', () => ({ exposedHeaders: [] }), [
    {
      rows: ['1.3/exposed'],
      does: 'is left out',
      send: call('echo', 1),
      gets: { ...result('1'), headers: { 'access-control-expose-headers': null } },
    },
  ]),
  table('a list, and the task writes', () => ({ origin: [A] }), [
    {
      rows: ['1.3/vary-append'],
      does: 'Vary of the task is kept and appended to',
      send: call('write', 'vary', { Origin: A }),
      gets: { status: 200, headers: { vary: 'Accept, Origin', [ALLOW]: A } },
    },
  ]),
];

const preflights: Table[] = [
  table('the default preflight', () => undefined, [
    {
      rows: ['1.3/preflight', 'Q7'],
      does: 'names the default methods',
      send: preflight({ Origin: A, 'Access-Control-Request-Method': 'POST' }),
      gets: {
        status: 204,
        headers: {
          [ALLOW]: '*',
          'access-control-allow-methods': 'POST, OPTIONS',
          'access-control-allow-headers': null,
          'access-control-max-age': null,
        },
      },
    },
    {
      rows: ['1.3/preflight-echo', 'D19'],
      does: 'echoes the headers that are asked for',
      send: preflight({ 'Access-Control-Request-Headers': 'X-A,x-b ,  Any-Thing' }),
      gets: { status: 204, headers: { 'access-control-allow-headers': 'X-A,x-b ,  Any-Thing' } },
    },
    {
      rows: ['1.3/preflight-echo'],
      does: 'echoes several of them joined',
      send: {
        method: 'OPTIONS',
        target: '/__runner/task/echo',
        headers: [
          ['Access-Control-Request-Headers', 'a'],
          ['access-control-request-headers', 'b'],
        ],
      },
      gets: { status: 204, headers: { 'access-control-allow-headers': 'a, b' } },
    },
    {
      rows: ['1.3/preflight-echo'],
      does: 'echoes bytes above ASCII',
      send: preflight({ 'Access-Control-Request-Headers': 'x-\xe9' }),
      gets: { status: 204 },
    },
    {
      rows: ['1.2/options'],
      does: 'ignores a body',
      send: { ...preflight(), body: '{{{' },
      gets: { status: 204 },
    },
  ]),
  table(
    'a configured preflight',
    () => ({
      methods: ['POST', 'GET'],
      allowedHeaders: ['X-A', 'x-b'],
      maxAge: 600,
      credentials: true,
      origin: [A],
    }),
    [
      {
        rows: ['1.3/preflight', '1.3/preflight-methods', '1.3/preflight-headers', '1.3/preflight-age'],
        does: 'says what is configured',
        send: preflight({ Origin: A, 'Access-Control-Request-Headers': 'x-other' }),
        gets: {
          status: 204,
          headers: {
            ...says(A, 'Origin', 'true'),
            'access-control-allow-methods': 'POST, GET',
            'access-control-allow-headers': 'X-A, x-b',
            'access-control-max-age': '600',
            'content-length': '0',
          },
        },
      },
      {
        rows: ['1.3/preflight-refused', 'D19'],
        does: 'says it to refused origins as well',
        send: preflight({ Origin: EVIL }),
        gets: {
          status: 204,
          headers: { ...says(null, 'Origin', 'true'), 'access-control-allow-methods': 'POST, GET' },
        },
      },
    ],
  ),
  ...[
    ['of no seconds', { maxAge: 0 }, { 'access-control-max-age': '0' }, '1.3/preflight-age'],
    ['of a text', { maxAge: '60' }, { 'access-control-max-age': null }, '1.3/preflight-age'],
    [
      'of no methods',
      { methods: [] },
      { 'access-control-allow-methods': 'POST, OPTIONS' },
      '1.3/preflight-methods',
    ],
    [
      'of a text of methods',
      { methods: 'GET' },
      { 'access-control-allow-methods': 'POST, OPTIONS' },
      '1.3/preflight-methods',
    ],
    [
      'of no headers',
      { allowedHeaders: [] },
      { 'access-control-allow-headers': 'x-asked' },
      '1.3/preflight-headers',
    ],
    [
      'of a text of headers',
      { allowedHeaders: 'x-a' },
      { 'access-control-allow-headers': 'x-asked' },
      '1.3/preflight-headers',
    ],
  ].map(([name, cors, headers, row]) =>
    table(`a preflight ${name}`, () => cors as never, [
      {
        rows: [row as string],
        does: 'says so',
        send: preflight({ 'Access-Control-Request-Headers': 'x-asked' }),
        gets: { status: 204, headers: headers as Headers },
      },
    ]),
  ),
];

export const cors: Table[] = [...origins, ...onActual, ...preflights];
