import { Serializer } from '@bluelibs/runner';
import type { RequestHead, TunnelOptions } from '@bluelibs/runner-native';
import type { Note } from '../harness/logs';

const anonymous = { auth: { allowAnonymous: true } } as const;

/** A serializer of another format: JSON behind a mark. */
const marked = {
  stringify: (value: unknown) => `#${JSON.stringify(value)}`,
  parse: (text: string) => {
    if (!text.startsWith('#')) throw new Error('no mark');
    return JSON.parse(text.slice(1)) as unknown;
  },
};

function validate(note: Note): (head: RequestHead) => unknown {
  return (head) => {
    const { method, url, path, requestId, headers } = head;
    note('validate', { method, url, path, requestId, headers });
    switch (headers['x-say']) {
      case 'true':
        return true;
      case 'ok':
        return { ok: true };
      case 'yes':
        return { ok: 'yes' };
      case 'not ok':
        return { ok: false };
      case 'text':
        return 'true';
      case 'later':
        return Promise.resolve({ ok: true });
      case 'never later':
        return Promise.resolve(false);
      case 'throw':
        throw new Error('validator broke');
      case 'reject':
        return Promise.reject(new Error('validator broke'));
      default:
        return undefined;
    }
  };
}

/** The web page that the function of the variant `corsFunction` lets read. */
function allowOrigin(origin: string | undefined): string | undefined {
  if (origin === undefined) return 'https://nobody.example';
  if (origin === 'https://throws.example') throw new Error('origin function broke');
  if (origin === 'https://header.example') return 'two\r\nlines: x';
  return origin.endsWith('.good.example') ? origin : undefined;
}

/** Options, by the name that both processes know. */
export const variants = {
  plain: () => ({}),
  anonymous: () => anonymous,

  rootBase: () => ({ basePath: '/' }),
  emptyBase: () => ({ basePath: '' }),
  bareBase: () => ({ basePath: 'api' }),
  slashBase: () => ({ basePath: '/api/' }),
  deepBase: () => ({ basePath: '/a/b/c' }),
  noDiscovery: () => ({ disableDiscovery: true, auth: { token: 'secret' } }),
  allowList: () => ({ allowList: ['show', 'ghost'], auth: { token: 'secret' } }),

  token: () => ({ auth: { token: 'secret' } }),
  noTokens: () => ({ auth: { token: [], allowAnonymous: true } }),
  tokens: () => ({ auth: { token: ['first', 'second', 'a, b', 'caf\u00e9'], allowAnonymous: true } }),
  authorization: () => ({ auth: { token: 'Bearer x', header: 'Authorization' } }),
  validate: (note) => ({ auth: { validate: validate(note) } }),
  tokenAndValidate: (note) => ({ auth: { token: 'secret', validate: validate(note) } }),

  corsShort: () => ({ ...anonymous, corsOrigins: 'https://a.example' }),
  corsShortList: () => ({ ...anonymous, corsOrigins: ['https://a.example', 'https://b.example'] }),
  corsEmpty: () => ({ ...anonymous, cors: {} }),
  corsCredentials: () => ({ ...anonymous, cors: { credentials: true } }),
  corsString: () => ({ ...anonymous, cors: { origin: 'https://a.example', credentials: true } }),
  corsList: () => ({ ...anonymous, cors: { origin: ['https://a.example', 'https://b.example'] } }),
  corsRegExp: () => ({
    ...anonymous,
    cors: { origin: /^https:\/\/\w+\.good\.example$/g, credentials: true },
  }),
  corsFunction: () => ({ ...anonymous, cors: { origin: allowOrigin } }),
  corsQuiet: () => ({ ...anonymous, cors: { origin: /good/, varyOrigin: false } }),
  corsPreflight: () => ({
    ...anonymous,
    cors: {
      origin: ['https://a.example'],
      methods: ['POST', 'GET'],
      allowedHeaders: ['x-one', 'x-two'],
      exposedHeaders: ['x-three', 'x-four'],
      credentials: true,
      maxAge: 0,
    },
  }),
  corsLoopback: () => ({ corsOrigins: ['http://localhost:3000'] }),
  corsOpenLoopback: () => ({ corsOrigins: '*' }),

  serializer: () => ({ ...anonymous, serializer: marked }),
  runnerSerializer: () => ({ auth: { token: 'secret' }, serializer: new Serializer() }),
  largeBodies: () => ({ auth: { token: 'secret' }, limits: { json: { maxSize: 2 ** 21 } } }),
  smallBodies: () => ({ auth: { token: 'secret' }, limits: { json: { maxSize: 1000 } } }),
  smallForms: () => ({ limits: { multipart: { fileSize: 1000, files: 2 } } }),
  twoInFlight: () => ({ limits: { maxInFlight: 2 } }),
  handlerLimit: () => ({ timeouts: { handlerMs: 50 } }),
  shortHead: () => ({ timeouts: { headMs: 50 } }),
  streams: () => ({ auth: { token: 'secret' }, limits: { maxInFlight: 3, json: { maxSize: 1000 } } }),
  shortBody: () => ({ timeouts: { requestMs: 50 } }),
  shortKeepAlive: () => ({ timeouts: { keepAliveMs: 1 } }),
  oneConnection: () => ({ limits: { maxConnections: 1 } }),
  shortAbandon: () => ({ limits: { maxInFlight: 2 }, timeouts: { abandonedMs: 50 } }),
} satisfies Record<string, (note: Note) => TunnelOptions>;

export type VariantName = keyof typeof variants;
