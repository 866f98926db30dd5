import type { Act, Case, Table } from '../case';
import { call, result } from '../requests';
import { ask } from './exchange';

/** What becomes of a configuration that no type would let pass: nothing is checked. */
function lax(does: string, http: unknown, gets = result('1')): Table {
  return {
    name: `configuration: ${does}`,
    setting: { http: () => http as object },
    cases: [{ rows: ['2.1/unchecked'], does: 'serves', send: call('echo', 1), gets } satisfies Case],
  };
}

/** The exposure without a listener. */
function unserved(does: string, config: unknown, rows = ['2.1/no-server']): Act {
  return {
    rows,
    does,
    async act(stage) {
      const { own } = stage.exposures;
      const exposure = config === undefined ? own : own.with(config as never);
      const handlers = await stage.run([exposure], exposure);
      return { server: handlers.server, basePath: handlers.basePath };
    },
    is: { server: null, basePath: '/__runner' },
  };
}

export const config: Table[] = [
  {
    name: 'configuration: without a listener',
    cases: [
      unserved('unconfigured', undefined),
      unserved('an empty object', {}),
      unserved('an empty http', { http: {} }),
      unserved('null', { http: { listen: null } }, ['2.1/no-server', '2.1/unchecked']),
      {
        rows: ['2.1/handlers-only', '2.2/create-server'],
        does: 'serves over its handlers all the same',
        async act(stage) {
          const side = await stage.start({ form: 'delegated' });
          return [side.handlers.server, await ask(side.port, call('echo', 1))];
        },
        is: [null, 200],
      },
    ],
  },
  lax('unknown keys', { future: true, limits: { other: 1 }, cors: { more: 1 } }),
  lax('limits of null', { limits: null }),
  lax('a limit that is a text', { limits: { json: { maxSize: '100' } } }),
  lax('a limit that is no number', { limits: { json: { maxSize: 'many' } } }),
  lax('a limit without end', { limits: { json: { maxSize: Infinity } } }),
  lax('CORS of null', { cors: null }),
  lax('a list for CORS', { cors: [] }),
  lax('a port as text', { listen: { port: '0' } }),
  lax('no port', { listen: {} }),
  lax('truthy flags', { disableDiscovery: 1, dangerouslyAllowOpenExposure: 'yes' }),
  ...[-1, null].map(
    (maxSize): Table => ({
      name: `configuration: a limit of ${maxSize}`,
      setting: { http: () => ({ limits: { json: { maxSize: maxSize as number } } }) },
      cases: [
        { rows: ['2.1/unchecked'], does: 'refuses every body', send: call('echo', 1), gets: { status: 413 } },
      ],
    }),
  ),
];
