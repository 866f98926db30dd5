/** The value of the resource: its ten members. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { exchange } from '../../harness/request';
import type { Act, Stage, Table } from '../case';
import { differences } from '../difference';
import { AUTH, call, emit, preflight, to } from '../requests';
import { ask, listening } from './exchange';

type Handle = (req: IncomingMessage, res: ServerResponse) => unknown;

const TEN = [
  'handleRequest',
  'handleTask',
  'handleEvent',
  'handleDiscovery',
  'createRequestListener',
  'createServer',
  'attachTo',
  'server',
  'basePath',
  'close',
];

/** A server of the case's own whose requests go to a handler; what the handler returned is kept. */
async function serve(stage: Stage, handle: Handle): Promise<{ port: number; returned: unknown[] }> {
  const returned: unknown[] = [];
  const server = createServer((req, res) => {
    Promise.resolve(handle(req, res)).then(
      (value) => {
        returned.push(value);
        if (!res.writableEnded) res.writeHead(299).end();
      },
      (error: Error & { code?: string }) => {
        returned.push(`${error.name}: ${error.code}`);
        res.writeHead(298).end();
      },
    );
  });
  return { port: await listening(server, stage), returned };
}

const GET = { method: 'GET', target: '/__runner/discovery', headers: AUTH };

/** Asks one handler for several things. */
function handling(
  row: string,
  name: 'handleRequest' | 'handleTask' | 'handleEvent' | 'handleDiscovery',
  is: unknown,
): Act {
  return {
    rows: [row],
    does: name,
    async act(stage) {
      const side = await stage.start({ form: 'delegated' });
      const { port, returned } = await serve(stage, side.handlers[name]);
      const answers: unknown[] = [];
      for (const wanted of [
        call('echo', 1),
        emit('happened'),
        GET,
        to('/__runner/foo'),
        to('/other'),
        preflight({}, '/other'),
        preflight({}, '/__runner/foo'),
        to('//'),
      ]) {
        const { status, headers } = await exchange(port, wanted);
        answers.push([status, headers['x-runner-request-id'] !== undefined]);
      }
      return { answers, returned };
    },
    is,
  };
}

const ID = true;
const no = false;

const acts: Act[] = [
  {
    rows: ['2.2/members'],
    does: 'has ten members',
    async act(stage) {
      const { handlers } = await stage.start();
      return Object.entries(handlers).map(([name, value]) => `${name}: ${typeof value}`);
    },
    is: TEN.map(
      (name) => `${name}: ${name === 'basePath' ? 'string' : name === 'server' ? 'object' : 'function'}`,
    ),
  },
  handling('2.2/handle-request', 'handleRequest', {
    answers: [
      [200, ID],
      [200, ID],
      [200, ID],
      [404, ID],
      [299, no],
      [299, no],
      [204, no],
      [298, no],
    ],
    returned: [true, true, true, true, false, false, true, 'TypeError: ERR_INVALID_URL'],
  }),
  handling('2.2/handle-task', 'handleTask', {
    answers: [
      [200, ID],
      [404, ID],
      [404, ID],
      [404, ID],
      [404, ID],
      [204, no],
      [204, no],
      [298, ID],
    ],
    returned: [...Array(7).fill(undefined), 'TypeError: ERR_INVALID_URL'],
  }),
  handling('2.2/handle-event', 'handleEvent', {
    answers: [
      [404, ID],
      [200, ID],
      [404, ID],
      [404, ID],
      [404, ID],
      [204, no],
      [204, no],
      [298, ID],
    ],
    returned: [...Array(7).fill(undefined), 'TypeError: ERR_INVALID_URL'],
  }),
  handling('2.2/handle-discovery', 'handleDiscovery', {
    answers: [
      [405, ID],
      [405, ID],
      [200, ID],
      [405, ID],
      [405, ID],
      [405, ID],
      [405, ID],
      [405, ID],
    ],
    returned: Array(8).fill(undefined),
  }),
  {
    rows: ['2.2/create-listener'],
    does: 'makes a new listener each time, which answers misses',
    async act(stage) {
      const { handlers } = await stage.start({ form: 'delegated' });
      const listeners = [handlers.createRequestListener(), handlers.createRequestListener()];
      const port = await listening(createServer(listeners[0]), stage);
      const outside = await exchange(port, to('/other'));
      return [
        listeners[0] === listeners[1],
        await ask(port, call('echo', 1)),
        outside.status,
        outside.headers['x-runner-request-id'] ?? 'none',
      ];
    },
    is: [false, 200, 404, 'none'],
  },
  {
    rows: ['2.2/create-server'],
    does: 'makes a server that does not listen and is not closed',
    async act(stage) {
      const { handlers } = await stage.start();
      const server = handlers.createServer();
      const before = server.listening;
      const port = await listening(server, stage);
      await handlers.close();
      return [before, server.listening, await ask(port, call('echo', 1))];
    },
    is: [false, true, 200],
  },
  {
    rows: ['1.7/timeouts'],
    does: "a created server has Node's timeouts",
    async act(stage) {
      const { handlers } = await stage.start();
      const own = createServer();
      const { keepAliveTimeout, headersTimeout, requestTimeout, timeout } = handlers.createServer();
      return [keepAliveTimeout, headersTimeout, requestTimeout, timeout].map((value, at) => [
        value,
        [own.keepAliveTimeout, own.headersTimeout, own.requestTimeout, own.timeout][at] === value,
      ]);
    },
    is: [
      [5_000, true],
      [60_000, true],
      [300_000, true],
      [0, true],
    ],
  },
  {
    rows: ['1.7/timeouts', '2.2/server'],
    does: 'its own server says the same timeouts',
    async act(stage) {
      const { server } = (await stage.start()).handlers;
      return [server?.keepAliveTimeout, server?.headersTimeout, server?.requestTimeout, server?.listening];
    },
    is: [5_000, 60_000, 300_000, true],
  },
  {
    rows: ['2.2/attach'],
    does: 'attaches, leaves misses to others, and detaches',
    async act(stage) {
      const { handlers } = await stage.start();
      const server = createServer((req, res) => {
        if (!req.url?.startsWith('/__runner/')) res.writeHead(299).end();
      });
      const port = await listening(server, stage);
      const counts = [server.listenerCount('request')];
      const detach = handlers.attachTo(server);
      counts.push(server.listenerCount('request'));
      const answers = [await ask(port, call('echo', 1)), await ask(port, to('/other'))];
      detach();
      detach();
      counts.push(server.listenerCount('request'));
      handlers.attachTo(server);
      handlers.attachTo(server);
      counts.push(server.listenerCount('request'));
      await handlers.close();
      counts.push(server.listenerCount('request'));
      return { counts, answers, listening: server.listening };
    },
    is: { counts: [1, 2, 1, 3, 1], answers: [200, 299], listening: true },
  },
  {
    rows: ['2.2/server', '2.3/given-server'],
    does: 'a given server is attached to; `listen` is ignored',
    async act(stage) {
      const given = createServer();
      const port = await listening(given, stage);
      const { handlers } = await stage.start({ http: () => ({ server: given, listen: { port: 0 } }) });
      const answer = await ask(port, call('echo', 1));
      const count = given.listenerCount('request');
      await handlers.close();
      return [handlers.server === given, answer, count, given.listenerCount('request'), given.listening];
    },
    is: [true, 200, 1, 0, true],
  },
  {
    rows: ['2.3/given-server'],
    does: 'a listener of the app that answered first wins',
    async act(stage) {
      const given = createServer((_req, res) => res.writeHead(299).end());
      const port = await listening(given, stage);
      const { notes } = await stage.start({ http: () => ({ server: given }) });
      const answer = await ask(port, to('/__runner/foo'));
      return { answer, logs: notes.logs.map(({ message }) => message) };
    },
    is: { answer: 299, logs: ['exposure.http.unhandled'] },
  },
  {
    rows: ['2.2/close'],
    does: 'closes once, for everybody who asks',
    async act(stage) {
      const side = await stage.start();
      const closing = [side.handlers.close(), side.handlers.close()];
      const values = await Promise.all(closing);
      const again = await side.handlers.close();
      const refused = await ask(side.port, call('echo', 1)).catch((error: { code?: string }) => error.code);
      return [values, again, refused, differences(side.handlers.server?.listening, false)];
    },
    is: [[undefined, undefined], undefined, 'ECONNREFUSED', []],
  },
];

export const handlers: Table[] = [{ name: 'the value of the exposure', cases: acts }];
