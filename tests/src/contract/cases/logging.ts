import type { Act, Case, Expected, Table } from '../case';
import { AUTH, body, call, emit, preflight, result, TOO_LARGE, UNAUTHORIZED } from '../requests';
import { ask } from './exchange';

/** What a start logs. */
function listens(does: string, http: () => object, context: string): Act {
  return {
    rows: ['1.12/listen', 'Q13'],
    does,
    async act(stage) {
      const { notes } = await stage.start({ http });
      return notes.logs.map(({ source, ...record }) => ({ ...record, hasSource: source !== undefined }));
    },
    is: [
      {
        level: 'info',
        message: 'node.exposure.listen',
        context,
        data: 'undefined',
        error: '',
        hasSource: true,
      },
    ],
  };
}

/** A case whose records are compared field by field. */
function logs(rows: string, does: string, send: Case['send'], gets: Expected, messages: string[]): Case {
  return { rows: rows.split(' '), does, send, gets, logs: messages };
}

const quiet: [string, Case['send'], Expected][] = [
  ['a success', call('echo', 1), result('1')],
  ['an event', emit('happened'), { status: 200 }],
  ['400', body('{'), { status: 400 }],
  ['403', call('ghost', 1), { status: 403 }],
  ['404', { target: '/__runner/foo' }, { status: 404 }],
  ['404 outside', { target: '/other' }, { status: 404 }],
  ['405', { method: 'PUT', target: '/__runner/task/echo' }, { status: 405 }],
  ['a preflight', preflight(), { status: 204 }],
  ['discovery', { method: 'GET', target: '/__runner/discovery', headers: AUTH }, { status: 200 }],
];

const failure = 'exposure.auth.failure';

export const logging: Table[] = [
  {
    name: 'logs of the start',
    cases: [
      listens('the defaults', () => ({}), "{ basePath: '/__runner', port: 0, host: '127.0.0.1' }"),
      listens(
        'what is configured',
        () => ({ basePath: 'api/', listen: { port: 0, host: 'localhost' } }),
        "{ basePath: '/api', port: 0, host: 'localhost' }",
      ),
      {
        rows: ['1.12/listen'],
        does: 'nothing without a listener',
        async act(stage) {
          return (await stage.start({ http: () => ({ listen: undefined as never }) })).notes.logs;
        },
        is: [],
      },
      {
        rows: ['1.12/source', 'Q13'],
        does: 'the source is that of the Runner, with the same id',
        async act(stage) {
          const { notes } = await stage.start();
          return notes.logs.map(({ source }) => source);
        },
        is: ['platform.node.resources.exposure'],
      },
    ],
  },
  {
    name: 'what the log says of a failure',
    cases: [
      {
        rows: ['D21', '1.12/task-error'],
        does: 'the task and the error itself',
        async act(stage) {
          const { notes, port } = await stage.start();
          const mark = notes.mark;
          await ask(port, call('fail', 'typeError', { 'x-runner-request-id': 'mine' }));
          await ask(port, emit('fails', '{"payload":"typeError"}', { 'x-runner-request-id': 'mine' }));
          return notes.since(mark).logs.map(({ data, error, context }) => ({ data, error, context }));
        },
        is: ['', ''].map(() => ({
          data: 'undefined',
          error: 'UnknownError: wrong type',
          context: "{ requestId: 'mine' }",
        })),
        differs: {
          by: 'D21',
          ours: ['fail', 'fails'].map((id) => ({
            data: `{ id: '${id}' }`,
            error: 'TypeError: wrong type (with stack)',
            context: "{ requestId: 'mine' }",
          })),
        },
      },
    ],
  },
  {
    name: 'logs of requests',
    cases: [
      ...quiet.map(([does, send, gets]) => logs('1.12/not-logged', does, send, gets, [])),
      logs(
        '1.12/auth-failure Q13',
        'a refused call: its path without the query',
        { target: '/__runner//task/x/../echo?token=secret#f', headers: { 'x-runner-request-id': 'mine' } },
        UNAUTHORIZED,
        [failure],
      ),
      logs('1.12/auth-failure', 'a refused event', { target: '/__runner/event/%C3%A9"' }, UNAUTHORIZED, [
        failure,
      ]),
      logs(
        '1.12/auth-failure',
        'a refused discovery',
        { method: 'GET', target: '/__runner/discovery/x' },
        UNAUTHORIZED,
        [failure],
      ),
      logs(
        '1.12/task-error Q13 D21',
        'a failed task',
        call('fail', 'error', { 'x-runner-request-id': 'mine' }),
        { status: 500 },
        ['exposure.task.error'],
      ),
      logs('1.12/task-error', 'a result that can not be written', call('give', 'circular'), { status: 500 }, [
        'exposure.task.error',
      ]),
      logs('1.12/task-error', 'an error without a message', call('fail', 'emptyError'), { status: 500 }, [
        'exposure.task.error',
      ]),
      logs(
        '1.12/event-error Q13 D21',
        'a failed event',
        emit('fails', '{"payload":"error"}'),
        { status: 500 },
        ['exposure.event.error'],
      ),
    ],
  },
  {
    name: 'logs of a server without auth',
    setting: { http: () => ({ auth: {}, limits: { json: { maxSize: 5 } } }) },
    cases: [
      logs('1.12/auth-failure', 'says that it is not configured', call('echo', 1), { status: 500 }, [
        failure,
      ]),
    ],
  },
  {
    name: 'logs with a small limit',
    setting: { http: () => ({ limits: { json: { maxSize: 5 } } }) },
    cases: [logs('1.12/not-logged', '413', body('"too long"'), TOO_LARGE, [])],
  },
];
