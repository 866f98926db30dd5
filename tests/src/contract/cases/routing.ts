import type { Act, Case, Expected, Table } from '../case';
import { emit, INTERNAL, NOT_FOUND, notExposed, OUTSIDE, result, to } from '../requests';

/** A target with a simple body, and what comes back. */
function target(rows: string, path: string, gets: Expected, more: Partial<Case> = {}): Case {
  return { rows: rows.split(' '), does: path, send: to(path, { body: '{"input":1}' }), gets, ...more };
}

const ONE = result('1');

const handled = [
  target('1.1/task-id Q3', '/__runner/task/echo', ONE, { seen: ['echo { input: 1 }'] }),
  target('1.1/empty-segments Q3', '/__runner//task//echo', ONE),
  target('1.1/empty-segments', '/__runner/task/echo//', ONE),
  target('1.1/trailing-slash Q3', '/__runner/task/echo/', ONE),
  target('1.1/query Q3', '/__runner/task/echo?a=1/b', ONE),
  target('1.1/query', '/__runner/task/echo?', ONE),
  target('1.1/fragment', '/__runner/task/echo#frag/ment', ONE),
  target('1.1/dot-segments', '/__runner/./task/./echo', ONE),
  target('1.1/dot-segments', '/x/../__runner/task/echo', ONE),
  target('1.1/dot-segments', '/__runner/task/x/%2e%2e/echo', ONE),
  target('1.1/dot-segments', '/__runner/task/x/.%2E/%2e/echo', ONE),
  target('1.1/dot-segments', '/../../__runner/task/echo', ONE),
  target('1.1/backslash', '/__runner\\task\\echo', ONE),
  target('1.1/absolute-form', 'http://any.host/__runner/task/echo', ONE),
  target('1.1/absolute-form', 'http://any.host:8080/__runner/task/echo?q#f', ONE),
  target('1.1/absolute-form', 'https://user:pw@any.host/__runner/task/echo', ONE),
  target('1.1/id-slashes Q3', '/__runner/task/app/tasks/x', ONE),
  target('1.1/id-slashes', '/__runner/task/app%2Ftasks%2Fx', ONE),
  target('1.1/id-slashes', '/__runner/task/app%2ftasks/x', ONE),
  target('1.1/id-slashes', '/__runner/task/%65cho', ONE),
];

const ids = [
  target('1.1/id-leading-slash', '/__runner/task/%2Fapp', ONE),
  target('1.1/id-leading-slash', '/__runner/task/%2Fbpp', notExposed('Task', '/bpp')),
  target('1.1/id-odd', '/__runner/task/echo;x=1', notExposed('Task', 'echo;x=1')),
  target('1.1/id-odd', '/__runner/task/a%00b', notExposed('Task', 'a\0b')),
  target('1.1/id-odd', '/__runner/task/a%09b', notExposed('Task', 'a\tb')),
  target('1.1/id-odd', '/__runner/task/%C3%A9', notExposed('Task', 'é')),
  target('1.1/id-odd', '/__runner/task/%22quoted%22', notExposed('Task', '"quoted"')),
  target('1.1/id-odd', '/__runner/task/a"b', notExposed('Task', 'a"b')),
  target('1.1/id-odd', '/__runner/task/a<b>', notExposed('Task', 'a<b>')),
  target('1.1/id-odd', '/__runner/task/a%E2%80%A8b', notExposed('Task', 'a\u2028b')),
  target('1.1/id-odd', '/__runner/task/a%F0%9F%98%80', notExposed('Task', 'a😀')),
  target('1.1/id-odd', '/__runner/task/a%2525b', notExposed('Task', 'a%25b')),
  target('1.1/id-odd', '/__runner/task/a+b', notExposed('Task', 'a+b')),
  target('1.1/id-odd', "/__runner/task/a'b`c{d}|^~", notExposed('Task', "a'b`c{d}|^~")),
  target('1.1/id-odd', "/__runner/task/a'b{d}~$!*()", notExposed('Task', "a'b{d}~$!*()")),
  target('1.1/query', '/__runner/task/echo?<a>="`{b}|^"', ONE),
  target('1.1/id-odd', '/__runner/task/__proto__', notExposed('Task', '__proto__')),
  target('1.1/id-odd', '/__runner/event/a;b', notExposed('Event', 'a;b')),
];

const missing = [
  '/__runner',
  '/__runner/',
  '/__runner//',
  '/__runner?task/echo',
  '/__runner/foo/bar',
  '/__runner/foo',
  '/__runner/TASK/echo',
  '/__runner/%74ask/echo',
  '/__runner/task',
  '/__runner/task/',
  '/__runner/task//',
  '/__runner/event/',
  '/__runner/task/.',
  '/__runner/task/..',
  '/__runner/task/%2e%2e/echo',
  '/__runner/constructor/echo',
  '/__runner/task/app%',
  '/__runner/task/app%4',
  '/__runner/task/app%zz',
  '/__runner/task/%ff',
  '/__runner/task/%c0%80',
  '/__runner/task/%ed%a0%80',
  '/__runner/event/%E0%A4%A/',
].map((path) => target('1.1/no-target Q3', path, NOT_FOUND));

const outside = [
  '/other',
  '/',
  '/__runnerx/task/echo',
  '/__RUNNER/task/echo',
  '//__runner/task/echo',
  '/%5f%5frunner/task/echo',
  '/__runner/../task/echo',
  '/__runner/task/../../other',
  '/x//__runner/task/echo',
  '/__runner%2Ftask/echo',
].map((path) => target('1.1/outside', path, OUTSIDE));

export const routing: Table[] = [
  { name: 'targets that are handled', cases: [...handled, ...ids] },
  {
    name: 'targets that are not there',
    cases: [
      ...missing,
      {
        rows: ['1.1/no-target'],
        does: 'without a token',
        send: { target: '/__runner/foo', body: '{}' },
        gets: NOT_FOUND,
      },
      ...outside,
      target('1.1/outside', '*', OUTSIDE),
      {
        rows: ['1.1/outside', 'Q14'],
        does: 'OPTIONS outside',
        send: { method: 'OPTIONS', target: '/other', headers: { Origin: 'http://a.b' } },
        gets: {
          ...OUTSIDE,
          headers: { 'access-control-allow-methods': null, 'access-control-allow-origin': '*' },
        },
      },
      {
        rows: ['1.1/outside'],
        does: 'OPTIONS *',
        send: { method: 'OPTIONS', target: '*' },
        gets: OUTSIDE,
      },
      {
        rows: ['1.1/outside'],
        does: 'GET outside, and events there',
        send: [
          { method: 'GET', target: '/other' },
          { target: '/event/happened', body: '{}' },
        ],
        gets: [OUTSIDE, OUTSIDE],
      },
    ],
  },
  { name: 'targets that are no URL', cases: unparsable() },
  ...basePaths(),
];

function unparsable(): Case[] {
  const quiet: Expected = { ...NOT_FOUND, headers: { 'x-runner-request-id': null } };
  const is500 = { ...INTERNAL, headers: { 'x-runner-request-id': null } };
  const logs = ['exposure.http.unhandled'];
  return [
    ...['//', '///', '//:99999/x', '//x:y/z', 'http://', 'http://['].map((path) =>
      target('1.1/unparsable D18', path, is500, { logs, differs: { by: 'D18', ours: { gets: quiet } } }),
    ),
  ];
}

/** What `handlers.basePath` says. */
function resolved(given: string | undefined, is: string, rows: string[]): Act {
  return {
    rows,
    does: `resolves ${JSON.stringify(given)}`,
    async act(stage) {
      const side = await stage.start({ http: () => (given === undefined ? {} : { basePath: given }) });
      return side.handlers.basePath;
    },
    is,
  };
}

function under(basePath: string, rows: string[], paths: [string, Expected][]): Table {
  return {
    name: `the base path ${JSON.stringify(basePath)}`,
    setting: { http: () => ({ basePath }) },
    cases: paths.map(([path, gets]) => target(rows.join(' '), path, gets)),
  };
}

function basePaths(): Table[] {
  return [
    under(
      '/api/',
      ['1.1/base-trailing'],
      [
        ['/api/task/echo', ONE],
        ['/api', NOT_FOUND],
        ['/__runner/task/echo', OUTSIDE],
        ['/apix/task/echo', OUTSIDE],
      ],
    ),
    under(
      'a',
      ['1.1/base-leading'],
      [
        ['/a/task/echo', ONE],
        ['/b/task/echo', OUTSIDE],
      ],
    ),
    under(
      '/a/b/c',
      ['1.1/base-deep'],
      [
        ['/a/b/c/task/echo', ONE],
        ['/a/b/task/echo', OUTSIDE],
        ['/a//b/c/task/echo', OUTSIDE],
      ],
    ),
    under(
      '/a//',
      ['1.1/base-two-slashes'],
      [
        ['/a//task/echo', ONE],
        ['/a/task/echo', OUTSIDE],
      ],
    ),
    ...['//x', '/é', '/api?x'].map((basePath) =>
      under(
        basePath,
        ['1.1/base-unreachable'],
        [
          [encodeURI(`${basePath}/task/echo`), OUTSIDE],
          ['/__runner/task/echo', OUTSIDE],
        ],
      ),
    ),
    ...['/', ''].map((basePath): Table => rooted(basePath)),
    {
      name: 'the resolved base path',
      cases: [
        resolved(undefined, '/__runner', ['1.1/base-value', '2.2/base-path']),
        resolved('/api/', '/api', ['1.1/base-value', '1.1/base-trailing']),
        resolved('a', '/a', ['1.1/base-value', '1.1/base-leading']),
        resolved('/a//', '/a/', ['1.1/base-value']),
        resolved('/', '/', ['1.1/base-value']),
        resolved('', '/', ['1.1/base-value']),
      ],
    },
    {
      name: 'an event by its target',
      cases: [
        {
          rows: ['1.1/task-id'],
          does: 'runs',
          send: emit('happened'),
          gets: { status: 200, body: '{"ok":true}' },
        },
      ],
    },
  ];
}

/** D1: nothing is reachable there; on its own listener all of ours is under the base path, with a request id. */
function rooted(basePath: string): Table {
  const rows = ['1.1/base-root', 'D1'];
  const served = (path: string, gets: Expected): Case => ({
    ...target(rows.join(' '), path, OUTSIDE),
    differs: { by: 'D1', ours: { gets } },
  });
  return {
    name: `the base path ${JSON.stringify(basePath)}`,
    setting: { http: () => ({ basePath }) },
    cases: [
      served('/task/echo', ONE),
      served('/event/happened', { status: 200, body: '{"ok":true}' }),
      {
        ...served('/discovery', NOT_FOUND),
        send: { method: 'GET', target: '/discovery', headers: {} },
        differs: { by: 'D1', ours: { gets: { status: 401 }, logs: ['exposure.auth.failure'] } },
      },
      served('/other', NOT_FOUND),
      target('1.1/base-root', '/', NOT_FOUND),
    ],
  };
}
