import type { Tunnel } from '../app';
import type { Act, Case, Expected, Table } from '../case';
import { AUTH, call, emit, NOT_ENABLED, notExposed, refused, result } from '../requests';
import type { Setting } from '../setting';
import { ask, listening } from './exchange';

const ONE = result('1');
const EMITTED: Expected = { status: 200, body: '{"ok":true}' };
const DISCOVERY = { method: 'GET', target: '/__runner/discovery', headers: AUTH };
const WARNING = '[runner] Tunnel allow-list selector failed; item skipped.';

function listed(enabled: boolean, tasks: string[], events: string[] = []): Expected {
  return {
    status: 200,
    body: JSON.stringify({ ok: true, result: { allowList: { enabled, tasks, events } } }),
  };
}

function both(rows: string, does: string, gets: readonly Expected[], more: Partial<Case> = {}): Case {
  return { rows: rows.split(' '), does, send: [call('echo', 1), emit('happened'), DISCOVERY], gets, ...more };
}

const NONE = [NOT_ENABLED, NOT_ENABLED, listed(false, [])];

function table(name: string, tunnels: Setting['tunnels'], cases: Case[], more: Setting = {}): Table {
  return {
    name: `allow-list: ${name}`,
    setting: { ...(tunnels !== undefined && { tunnels }), ...more },
    cases,
  };
}

/** Tunnels that expose nothing over HTTP. */
const idle: Table[] = [
  ['no tunnel', []],
  ['a client', [{ mode: 'none', tasks: ['echo'], events: ['happened'] }]],
  ['another transport', [{ mode: 'server', transport: 'tcp', tasks: ['echo'], events: ['happened'] }]],
  ['no mode', [{ tasks: ['echo'] }]],
  ['no object', [5]],
].map(([name, tunnels]) =>
  table(name as string, () => tunnels as Tunnel[], [
    both('1.5/not-enabled', 'nothing is exposed', NONE),
    both('1.5/not-enabled', 'not what is not registered either', [NOT_ENABLED, NOT_ENABLED], {
      send: [call('ghost', 1), emit('ghost')],
    }),
  ]),
);

const static_: Table[] = [
  table('a list', () => [{ mode: 'server', tasks: ['echo'], events: ['happened'] }], [
    both('1.5/selected', 'what it names', [ONE, EMITTED, listed(true, ['echo'], ['happened'])]),
    both(
      '1.5/not-selected',
      'not what it does not',
      [notExposed('Task', 'add'), notExposed('Event', 'silent')],
      {
        send: [call('add', 1), emit('silent')],
      },
    ),
  ]),
  table(
    'a list of definitions',
    ({ registered }) => [
      { mode: 'server', transport: 'http', tasks: registered.filter(({ id }) => id === 'echo') },
      { mode: 'server', transport: '', events: registered.filter(({ id }) => id === 'happened') },
    ],
    [both('1.5/selected', 'what it names', [ONE, EMITTED, listed(true, ['echo'], ['happened'])])],
  ),
  table('no lists', () => [{ mode: 'server' }], [
    both('1.5/not-selected', 'is enabled all the same', [
      notExposed('Task', 'echo'),
      notExposed('Event', 'happened'),
      listed(true, []),
    ]),
  ]),
  table(
    'functions',
    () => [{ mode: 'server', tasks: ({ id }) => id.startsWith('e'), events: ({ id }) => id === 'happened' }],
    [
      both('1.5/function', 'what they choose', [ONE, EMITTED, listed(true, ['echo'], ['happened'])]),
      both(
        '1.5/function',
        'not what they do not',
        [notExposed('Task', 'add'), notExposed('Task', 'eghost')],
        {
          send: [call('add', 1), call('eghost', 1)],
        },
      ),
    ],
  ),
  table(
    'a tunnel of both kinds',
    () => [
      {
        mode: 'both',
        tasks: ['echo'],
        events: ['happened'],
        run: async (task, input) => `the client ran ${task.id} with ${input}`,
        emit: async () => {},
      },
    ],
    [
      both('1.5/both', 'runs what it patched', [
        result('"the client ran echo with 1"'),
        EMITTED,
        listed(true, ['echo'], ['happened']),
      ]),
    ],
  ),
  table(
    'getters',
    () => [
      {
        get mode() {
          return 'server' as const;
        },
        get transport() {
          return 'http';
        },
        get tasks() {
          return ['echo'];
        },
        get events() {
          return ['happened'];
        },
      },
    ],
    [both('1.5/getters', 'are read', [ONE, EMITTED, listed(true, ['echo'], ['happened'])])],
  ),
  table(
    'two tunnels',
    () => [
      { mode: 'server', tasks: ['echo', 'add'] },
      { mode: 'server', tasks: ['look', 'echo'], events: ['happened'] },
    ],
    [both('1.5/selected Q9', 'both', [ONE, EMITTED, listed(true, ['echo', 'add', 'look'], ['happened'])])],
  ),
];

/** A selector that throws for one id only: that one is asked for, so that both log the same. */
const throwing: Table[] = [
  table(
    'a selector that throws',
    () => [{ mode: 'server' }],
    [
      {
        rows: ['1.5/function-throws', '1.12/selector'],
        does: 'skips that item and says so',
        send: call('add', 1),
        gets: notExposed('Task', 'add'),
        logs: [WARNING, WARNING],
      },
      {
        rows: ['1.5/function-throws', '1.12/selector'],
        does: 'and in discovery',
        send: DISCOVERY,
        gets: listed(true, ['echo']),
        logs: [WARNING],
      },
    ],
    {
      // Not before: the boot asks it as well.
      started({ tunnels }) {
        for (const tunnel of tunnels) {
          tunnel.tasks = ({ id }) => {
            if (id === 'add') throw new Error('the selector broke');
            return id === 'echo';
          };
        }
      },
    },
  ),
];

const open: Setting = { http: () => ({ dangerouslyAllowOpenExposure: true }) };
const opened: Table[] = [
  table(
    'open exposure',
    () => [],
    [
      both('1.5/open', 'everything registered', [ONE, EMITTED, listed(false, [])]),
      both('1.5/open D23', 'also what belongs to the framework', [EMITTED], {
        send: emit('globals.events.ready'),
      }),
      both(
        '1.5/open-unregistered',
        'but not what is not',
        [
          refused(404, 'NOT_FOUND', 'Task ghost not found'),
          refused(404, 'NOT_FOUND', 'Event ghost not found'),
        ],
        { send: [call('ghost', 1), emit('ghost')] },
      ),
    ],
    open,
  ),
  table(
    'open exposure beside a tunnel',
    () => [{ mode: 'server', tasks: ['add'] }],
    [
      both('1.5/open-beside', 'has no effect', [
        notExposed('Task', 'echo'),
        notExposed('Event', 'happened'),
        listed(true, ['add']),
      ]),
    ],
    open,
  ),
];

/** What the app changes while the server runs takes effect on the next request. */
const changing: Act[] = [
  {
    rows: ['1.5/dynamic', 'Q9'],
    does: 'a list that is changed in place, a value, a mode, an array that becomes a function',
    async act(stage) {
      const side = await stage.start({ tunnels: () => [{ mode: 'server', tasks: ['add'], events: [] }] });
      const tunnel = side.tunnels[0] as Tunnel;
      const answers: unknown[] = [];
      const look = async (): Promise<void> => {
        answers.push(await ask(side.port, call('echo', 1)), await ask(side.port, emit('happened')));
      };
      await look();
      (tunnel.tasks as string[]).push('echo');
      await look();
      (tunnel.tasks as string[]).length = 0;
      tunnel.events = ['happened'];
      await look();
      tunnel.mode = 'none';
      await look();
      tunnel.mode = 'server';
      tunnel.tasks = ({ id }) => id === 'echo';
      await look();
      tunnel.transport = 'other';
      await look();
      const entry = side.runtime.store.resources.get('contract.tunnel.0');
      if (entry !== undefined) entry.value = { mode: 'both', tasks: ['echo'], events: [] };
      await look();
      return answers;
    },
    is: [403, 403, 200, 403, 403, 200, 403, 403, 200, 200, 403, 403, 200, 403],
  },
  {
    rows: ['1.5/boot'],
    does: 'during the boot nothing is exposed before the tunnel is there',
    async act(stage) {
      const during: number[] = [];
      await stage.start({
        tunnelsLast: true,
        async booting(port) {
          during.push(await ask(port, call('echo', 1)), await ask(port, emit('happened')));
        },
      });
      return during;
    },
    is: [403, 403],
  },
  {
    rows: ['1.5/disposed'],
    does: 'after the end a server that was created says that nothing is exposed',
    async act(stage) {
      const side = await stage.start();
      const server = await listening(side.handlers.createServer(), stage);
      const before = await ask(server, call('echo', 1));
      await side.stop();
      return [before, await ask(server, call('echo', 1)), await ask(server, emit('happened'))];
    },
    is: [200, 403, 403],
  },
];

export const allowList: Table[] = [
  ...idle,
  ...static_,
  ...throwing,
  ...opened,
  { name: 'allow-list: over time', cases: changing },
];
