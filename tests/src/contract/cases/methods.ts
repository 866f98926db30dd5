import { METHODS } from 'node:http';
import type { Case, Expected, Table } from '../case';
import {
  AUTH,
  emit,
  INTERNAL,
  INVALID_JSON,
  NOT_ALLOWED,
  NOT_FOUND,
  notExposed,
  preflight,
  refused,
  to,
  UNAUTHORIZED,
} from '../requests';
import type { Setting } from '../setting';

const TASK = '/__runner/task/echo';
const EVENT = '/__runner/event/happened';
const DISCOVERY = '/__runner/discovery';

function ask(rows: string, method: string, target: string, gets: Expected, more: Partial<Case> = {}): Case {
  return { rows: rows.split(' '), does: `${method} ${target}`, send: { method, target }, gets, ...more };
}

const others = ['GET', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'SEARCH', 'M-SEARCH', 'QUERY'];
const supported = others.filter((method) => METHODS.includes(method));

const byMethod: Case[] = [
  ...supported.flatMap((method) => [
    ask('1.2/method Q1', method, TASK, { ...NOT_ALLOWED, headers: { allow: null } }),
    ask('1.2/method', method, EVENT, NOT_ALLOWED),
  ]),
  ask('1.2/method Q2', 'GET', '/__runner/task/ghost', NOT_ALLOWED),
  ask('1.2/method', 'GET', '/__runner/event/ghost', NOT_ALLOWED),
  {
    ...ask('1.2/method', 'PUT', TASK, NOT_ALLOWED),
    does: 'PUT with a body that is no JSON',
    send: to(TASK, { method: 'PUT', body: '{{{' }),
  },
  ask('1.2/head', 'HEAD', TASK, { status: 405, body: '', headers: { 'content-length': '81' } }),
  ask('1.2/head', 'HEAD', DISCOVERY, { status: 405, body: '', headers: { 'content-length': '81' } }),
  ask('1.2/head', 'HEAD', '/__runner/foo', { status: 404, body: '', headers: { 'content-length': '63' } }),
  ask('1.2/head', 'HEAD', '/other', { status: 404, body: '', headers: { 'content-length': '63' } }),
];

const noTrace = { 'x-runner-request-id': null, 'x-content-type-options': null, 'x-frame-options': null };
const preflights: Case[] = [
  TASK,
  EVENT,
  DISCOVERY,
  '/__runner',
  '/__runner/foo/bar',
  '/__runner/task/ghost',
  '/__runner/task/app%',
].map((target) => ({
  rows: ['1.2/options', 'Q7'],
  does: `OPTIONS ${target}`,
  send: preflight({}, target),
  gets: { status: 204, reason: 'No Content', body: '', headers: { ...noTrace, 'content-length': '0' } },
}));

/** Each lacks what comes one step later than the one before. */
const order: Case[] = [
  {
    rows: ['1.2/order', 'Q2'],
    does: 'the method before the token',
    send: { method: 'GET', target: '/__runner/task/ghost' },
    gets: NOT_ALLOWED,
  },
  {
    rows: ['1.2/order', 'Q2'],
    does: 'the token before the allow-list',
    send: { target: '/__runner/task/ghost', body: '{{{' },
    gets: UNAUTHORIZED,
    logs: ['exposure.auth.failure'],
  },
  {
    rows: ['1.2/order', 'Q2'],
    does: 'the token of an event before the allow-list',
    send: { target: '/__runner/event/ghost', body: '{{{' },
    gets: UNAUTHORIZED,
    logs: ['exposure.auth.failure'],
  },
  {
    rows: ['1.2/order', 'Q2'],
    does: 'the allow-list before what is registered and the body',
    send: to('/__runner/task/ghost', { body: '{{{' }),
    gets: notExposed('Task', 'ghost'),
  },
  {
    rows: ['1.2/order', '1.5/selected-unregistered'],
    does: 'what is registered before the body',
    send: to('/__runner/task/unregistered', { body: '{{{' }),
    gets: refused(404, 'NOT_FOUND', 'Task unregistered not found'),
  },
  {
    rows: ['1.2/order', '1.5/selected-unregistered'],
    does: 'what events are registered before the body',
    send: emit('unregistered.event', '{{{'),
    gets: refused(404, 'NOT_FOUND', 'Event unregistered.event not found'),
  },
  {
    rows: ['1.2/order'],
    does: 'the body before the task',
    send: to('/__runner/task/fail', { body: '{{{' }),
    gets: INVALID_JSON,
  },
  {
    rows: ['1.2/order'],
    does: 'the task at last',
    send: to('/__runner/task/fail', { body: '"error"' }),
    gets: INTERNAL,
    logs: ['exposure.task.error'],
  },
];

const lists = (enabled: boolean, tasks: string[], events: string[]): Expected => ({
  status: 200,
  body: JSON.stringify({ ok: true, result: { allowList: { enabled, tasks, events } } }),
});
const get = { method: 'GET', target: DISCOVERY, headers: AUTH };

const discovery: Case[] = [
  {
    rows: ['1.2/discovery', 'Q9'],
    does: 'lists ids in the order of the tunnel, registered or not',
    send: get,
    gets: lists(
      true,
      ['zeta', 'echo', 'unregistered', 'app/tasks/x', 'fail'],
      ['unregistered.event', 'happened'],
    ),
  },
  {
    rows: ['1.2/discovery'],
    does: 'ignores what follows it',
    send: ['/__runner/discovery/more/%zz', '/__runner/discovery/?q', '/__runner//discovery'].map(
      (target) => ({
        ...get,
        target,
      }),
    ),
    gets: [{ status: 200 }, { status: 200 }, { status: 200 }],
  },
  ...['POST', 'HEAD', 'PUT', 'DELETE'].map((method) =>
    ask('1.2/discovery-method', method, DISCOVERY, method === 'HEAD' ? { status: 405 } : NOT_ALLOWED),
  ),
  {
    rows: ['1.2/discovery-auth'],
    does: 'needs the token',
    send: [
      { method: 'GET', target: DISCOVERY },
      { ...get, headers: { 'x-runner-token': 'x' } },
    ],
    gets: [UNAUTHORIZED, UNAUTHORIZED],
    logs: ['exposure.auth.failure', 'exposure.auth.failure'],
  },
];

/** Ids that the app does not know come in after the boot, which would refuse them. */
const withStrangers: Setting = {
  tunnels: () => [{ mode: 'server', tasks: [], events: [] }],
  started({ tunnels }) {
    for (const { tasks, events } of tunnels) {
      (tasks as string[]).push('zeta', 'echo', 'unregistered', 'app/tasks/x', 'echo', 'fail');
      (events as string[]).push('unregistered.event', 'happened');
    }
  },
};

export const methods: Table[] = [
  { name: 'methods', cases: [...byMethod, ...preflights] },
  { name: 'the order of checks, and discovery', setting: withStrangers, cases: [...order, ...discovery] },
  {
    name: 'discovery that is disabled',
    setting: { http: () => ({ disableDiscovery: true }) },
    cases: disabled(),
  },
];

function disabled(): Case[] {
  return [
    {
      rows: ['1.2/discovery-disabled'],
      does: 'is not there, whatever the method and the token',
      send: [
        get,
        { method: 'GET', target: DISCOVERY },
        { target: DISCOVERY, body: '{}' },
        { method: 'PUT', target: `${DISCOVERY}/x` },
      ],
      gets: [NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND],
    },
    {
      rows: ['1.2/discovery-disabled', '1.2/options'],
      does: 'but for a preflight',
      send: preflight({}, DISCOVERY),
      gets: { status: 204, headers: noTrace },
    },
    {
      rows: ['1.2/discovery-disabled'],
      does: 'HEAD',
      send: { method: 'HEAD', target: DISCOVERY },
      gets: { status: 404, body: '' },
    },
  ];
}
