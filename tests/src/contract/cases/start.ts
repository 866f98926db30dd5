import { once } from 'node:events';
import { createServer } from 'node:net';
import { r, run } from '@bluelibs/runner/node';
import type { Act, Stage, Table } from '../case';
import { call } from '../requests';
import { QUIETLY } from '../side';
import { addressOf, ask } from './exchange';

/** What an address says besides its port. */
function listensOn(rows: string, does: string, listen: object, is: unknown): Act {
  return {
    rows: rows.split(' '),
    does,
    async act(stage) {
      const { handlers } = await stage.start({ http: () => ({ listen: listen as { port: number } }) });
      const { port, ...rest } = addressOf(handlers);
      return { ...rest, hasPort: port > 0 };
    },
    is,
  };
}

const LOOPBACK = { address: '127.0.0.1', family: 'IPv4', hasPort: true };

/** A start that fails: what the error says, and what is left of the app. */
async function failed(stage: Stage, listen: object): Promise<unknown> {
  const seen: string[] = [];
  const before = r
    .resource('contract.before')
    .init(async () => 'before')
    .dispose(async () => {
      seen.push('disposed');
    })
    .build();
  const exposure = stage.exposures.own.with({ http: { listen: listen as { port: number } } });
  const app = r.resource('contract.failing').register([before, exposure]).build();
  try {
    await (await run(app, QUIETLY)).dispose();
    return 'it started';
  } catch (thrown) {
    const error = thrown as NodeJS.ErrnoException & { address?: string; port?: number };
    const { code, syscall, address, name, message } = error;
    const own = message
      .replaceAll(exposure.resource.id, '<exposure>')
      .replaceAll(String(error.port), '<port>');
    return { isError: error instanceof Error, name, code, syscall, address, message: own, seen };
  }
}

const FAILED = 'Resource "<exposure>" initialization failed:';

const failures: Act[] = [
  {
    rows: ['2.3/in-use', '2.3/rolled-back'],
    does: 'a port that is in use',
    async act(stage) {
      const taken = createServer();
      await once(taken.listen(0, '127.0.0.1'), 'listening');
      stage.after(() => taken.close());
      return failed(stage, { port: (taken.address() as { port: number }).port });
    },
    is: {
      isError: true,
      name: 'Error',
      code: 'EADDRINUSE',
      syscall: 'listen',
      address: '127.0.0.1',
      message: `${FAILED} listen EADDRINUSE: address already in use 127.0.0.1:<port>`,
      seen: ['disposed'],
    },
  },
  {
    rows: ['2.3/bad-port'],
    does: 'a port that is none',
    act: (stage) => failed(stage, { port: 70_000 }),
    is: {
      isError: true,
      name: 'RangeError',
      code: 'ERR_SOCKET_BAD_PORT',
      syscall: undefined,
      address: undefined,
      message: `${FAILED} options.port should be >= 0 and < 65536. Received type number (70000).`,
      seen: ['disposed'],
    },
  },
  {
    rows: ['2.3/bad-host'],
    does: 'an address that is not of this machine',
    async act(stage) {
      const { code, syscall, seen } = (await failed(stage, { port: 0, host: '192.0.2.1' })) as Record<
        string,
        unknown
      >;
      return { code, syscall, seen };
    },
    is: { code: 'EADDRNOTAVAIL', syscall: 'listen', seen: ['disposed'] },
  },
];

/** D11: a task that the boot lets run before the app is complete. */
const booting: Act[] = [
  {
    rows: ['D11', '2.3/boot'],
    does: 'calls during the boot',
    async act(stage) {
      const during: number[] = [];
      const { port } = await stage.start({
        async booting(open) {
          during.push(await ask(open, call('add', { a: 1, b: 2 })), await ask(open, call('ghost', 1)));
        },
      });
      return { during, after: await ask(port, call('add', { a: 1, b: 2 })) };
    },
    is: { during: [200, 403], after: 200 },
    differs: { by: 'D11', ours: { during: [403, 403], after: 200 } },
  },
];

export const start: Table[] = [
  {
    name: 'the start',
    cases: [
      listensOn('2.3/port-0', 'port 0', { port: 0 }, LOOPBACK),
      listensOn('2.3/host', '127.0.0.1', { port: 0, host: '127.0.0.1' }, LOOPBACK),
      listensOn(
        '2.3/host',
        'another loopback address',
        { port: 0, host: '127.0.0.2' },
        { ...LOOPBACK, address: '127.0.0.2' },
      ),
      listensOn(
        '2.3/host',
        'every IPv4 address',
        { port: 0, host: '0.0.0.0' },
        { ...LOOPBACK, address: '0.0.0.0' },
      ),
      listensOn('2.3/port-text', 'a port as text', { port: '0' }, LOOPBACK),
      listensOn('2.3/port-text', 'no port', {}, LOOPBACK),
      {
        rows: ['2.3/host'],
        does: 'localhost, as the resolver says',
        async act(stage) {
          const { handlers, port } = await stage.start({
            http: () => ({ listen: { port: 0, host: 'localhost' } }),
          });
          const { address } = addressOf(handlers);
          const answers = address.includes(':') ? 200 : await ask(port, call('echo', 1));
          return { isLoopback: ['127.0.0.1', '::1'].includes(address), answers };
        },
        is: { isLoopback: true, answers: 200 },
      },
      {
        rows: ['2.3/port-0', '2.2/server'],
        does: 'the port is that of the resource value too',
        async act(stage) {
          const { handlers, port } = await stage.start();
          const address = addressOf(handlers);
          return [address.port === port, await ask(port, call('echo', 1))];
        },
        is: [true, 200],
      },
      ...failures,
      ...booting,
      {
        rows: ['2.3/lazy'],
        does: 'a lazy app does not start it',
        async act(stage) {
          const exposure = stage.exposures.own.with({ http: { listen: { port: 0 } } });
          const app = r.resource('contract.lazy').register([exposure]).build();
          const runtime = await run(app, { ...QUIETLY, lazy: true });
          stage.after(() => runtime.dispose());
          const before = runtime.store.resources.get(exposure.resource.id)?.isInitialized;
          const handlers = await runtime.getLazyResourceValue(exposure.resource);
          return [before, handlers.server?.listening];
        },
        is: [false, true],
      },
    ],
  },
];
