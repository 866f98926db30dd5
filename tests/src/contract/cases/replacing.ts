/** Taking the place of the Runner's exposure. */
import { type NodeExposureHandlers, nodeExposure, r, run } from '@bluelibs/runner/node';
import { parts, tunnelResource } from '../app';
import type { Act, Stage, Table } from '../case';
import { call } from '../requests';
import { TOKEN } from '../setting';
import { everything, QUIETLY } from '../side';
import { addressOf, ask } from './exchange';

const HTTP = { http: { listen: { port: 0 }, auth: { token: TOKEN } } };

function portOf(handlers: NodeExposureHandlers): number {
  return addressOf(handlers).port;
}

/** An app with tasks that are exposed. */
function exposed() {
  const all = parts(() => {});
  return [...all.registered, tunnelResource(everything(all), 0, {})];
}

/** Code that knows only the Runner's exposure. */
function user(note: (port: number) => void) {
  return r
    .resource('contract.user')
    .dependencies({ exposure: nodeExposure })
    .init(async (_config, { exposure }) => note(portOf(exposure)))
    .build();
}

/** The answer of a task over the port that such code finds. */
async function found(
  stage: Stage,
  registered: unknown[],
  of: unknown,
  overrides: unknown[] = [],
): Promise<unknown> {
  let port = 0;
  const note = (seen: number): void => {
    port = seen;
  };
  const value = await stage.run([...exposed(), ...registered, user(note)], of, overrides);
  return [port === portOf(value), await ask(port, call('echo', 1))];
}

const acts: Act[] = [
  {
    rows: ['2.5/same-id'],
    does: "code that depends on the Runner's gets it",
    async act(stage) {
      const { alias } = stage.exposures;
      return [alias.id, await found(stage, [alias.with(HTTP)], alias)];
    },
    is: ['platform.node.resources.exposure', [true, 200]],
  },
  {
    rows: ['2.5/same-id'],
    does: "not beside the Runner's",
    async act(stage) {
      const { alias } = stage.exposures;
      const app = r.resource('contract.twice').register([nodeExposure, alias]).build();
      return run(app, QUIETLY).then(
        () => 'it started',
        (error: Error) => error.name,
      );
    },
    is: 'runner.errors.duplicateRegistration',
  },
  {
    rows: ['2.5/override'],
    does: 'in place of one that somebody else registered',
    async act(stage) {
      const { override } = stage.exposures;
      return found(stage, [nodeExposure.with(HTTP)], nodeExposure, [override.with(HTTP)]);
    },
    is: [true, 200],
  },
  {
    rows: ['2.5/override'],
    does: 'whose configuration is lost',
    async act(stage) {
      const { override } = stage.exposures;
      const value = await stage.run([...exposed(), nodeExposure.with(HTTP)], nodeExposure, [override]);
      return value.server;
    },
    is: null,
  },
  {
    rows: ['2.5/fork', '2.3/twice'],
    does: 'a fork is a second one',
    async act(stage) {
      const { own } = stage.exposures;
      const fork = own.fork('contract.fork');
      const second = fork.with({ http: { ...HTTP.http, basePath: '/second' } });
      const app = r
        .resource('contract.two')
        .register([...exposed(), own.with(HTTP), second])
        .build();
      const runtime = await run(app, QUIETLY);
      stage.after(() => runtime.dispose());
      const ports = [
        portOf(runtime.getResourceValue(own)),
        portOf(runtime.getResourceValue(second.resource)),
      ];
      return [
        fork.id,
        ports[0] === ports[1],
        await ask(ports[0] ?? 0, call('echo', 1)),
        await ask(ports[1] ?? 0, { ...call('echo', 1), target: '/second/task/echo' }),
        await ask(ports[1] ?? 0, call('echo', 1)),
      ];
    },
    is: ['contract.fork', false, 200, 200, 404],
  },
  {
    rows: ['2.3/twice'],
    does: 'twice is refused',
    async act(stage) {
      const { own } = stage.exposures;
      const app = r
        .resource('contract.twice')
        .register([own, own.with(HTTP)])
        .build();
      return run(app, QUIETLY).then(
        () => 'it started',
        (error: Error) => error.name,
      );
    },
    is: 'runner.errors.duplicateRegistration',
  },
  {
    rows: ['2.5/own-id'],
    does: 'several apps in one process',
    async act(stage) {
      const [first, second] = [await stage.start(), await stage.start()];
      await first.runtime.dispose();
      return [first.port === second.port, await ask(second.port, call('echo', 1))];
    },
    is: [false, 200],
  },
  {
    rows: ['2.5/own-id'],
    does: 'is a resource like another one',
    async act(stage) {
      const { own } = stage.exposures;
      const configured = own.with(HTTP);
      return [
        ['with', 'fork', 'optional'].map((name) => typeof own[name as 'with']),
        configured.resource === own,
        configured.id === own.id,
        Object.keys(own.dependencies as object),
      ];
    },
    is: [
      ['function', 'function', 'function'],
      true,
      true,
      ['store', 'taskRunner', 'eventManager', 'logger', 'serializer'],
    ],
  },
];

export const replacing: Table[] = [{ name: "in place of the Runner's exposure", cases: acts }];
