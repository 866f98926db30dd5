import { TunnelError } from '@bluelibs/runner-native';
import type { App } from './apps';

const cycle: Record<string, unknown> = {};
cycle.self = cycle;
const { proxy: dead, revoke } = Proxy.revocable({}, {});
revoke();

/** What a handler may throw, by name. */
const THROWN: Record<string, unknown> = {
  error: new Error('inner detail'),
  string: 'inner detail',
  null: null,
  undefined: undefined,
  lookalike: { name: 'TunnelError', message: 'inner detail', id: 'x', httpCode: 418 },
  abort: new DOMException('inner detail', 'AbortError'),
  'revoked proxy': dead,
  bare: new TunnelError({ message: 'shown' }),
  id: new TunnelError({ message: 'shown', id: 'app.errors.shown' }),
  httpCode: new TunnelError({ message: 'shown', httpCode: 418 }),
  nameless: new TunnelError({ message: 'shown', httpCode: 499 }),
  data: new TunnelError({ message: 'shown', id: 'app.errors.shown', data: { why: [1, 'é'] } }),
  all: new TunnelError({ message: 'shown', id: 'app.errors.shown', data: { n: 1 }, httpCode: 422 }),
  'empty message': new TunnelError({ message: '', id: 'app.errors.shown', httpCode: 400 }),
  'cyclic data': new TunnelError({ message: 'shown', id: 'app.errors.shown', data: cycle, httpCode: 409 }),
  'bigint data': new TunnelError({
    message: 'shown',
    id: 'app.errors.shown',
    data: { n: 1n },
    httpCode: 409,
  }),
};

/** What a handler may return though no JSON can hold it, by name. */
const RETURNED: Record<string, unknown> = {
  cycle,
  bigint: 10n,
  function: () => 1,
  symbol: Symbol('s'),
  'revoked proxy': dead,
  getter: {
    get bad(): never {
      throw new Error('inner detail');
    },
  },
  'bad then': {
    // biome-ignore lint/suspicious/noThenProperty: it is about such objects.
    get then(): never {
      throw new Error('inner detail');
    },
  },
};

/** Tasks that fail in every way. */
export const failures: App = (tunnel) => {
  tunnel
    .registerTask('throw', (name: string) => {
      throw THROWN[name];
    })
    .registerTask('reject', async (name: string) => {
      throw THROWN[name];
    })
    .registerTask('return', (name: string) => RETURNED[name])
    .registerTask('return.later', async (name: string) => RETURNED[name])
    .registerTask('fine', () => 'fine');
};
