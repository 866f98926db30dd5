import type { Logger } from './application';
import type { RequestHead } from './call';
import { boolean, integer, isFunction, members, string, strings, wrongType } from './check';
import { type CorsOptions, type CorsSettings, type OriginFunction, readCors } from './cors';
import type { ErrorCode } from './errors';
import { type FormLimits, type MultipartOptions, readFormLimits } from './form/limits';
import { jsonSerializer, type Serializer } from './serializer';

/** What a tunnel is made of, wherever it is served. Everything has a default. */
export interface TunnelOptions {
  /** The path under which tasks and events are served. Default `/__runner`; `/` serves them at the root. */
  basePath?: string;
  /** Shorthand for `cors: { origin }`. */
  corsOrigins?: string | string[];
  /** Which web pages may read answers. Default: none. */
  cors?: CorsOptions;
  /** Who may call. Without it only programs on this machine may. */
  auth?: AuthOptions;
  limits?: LimitOptions;
  timeouts?: TimeoutOptions;
  /** Turns bodies into values and back. Default: plain JSON. */
  serializer?: Serializer;
  /** Where refusals and faults are written. Default: `console`. */
  logger?: Logger;
  /** Answer discovery with 404. Default `false`. */
  disableDiscovery?: boolean;
  /** Ids that may be called; another registered id answers 403. Default: every registered id. */
  allowList?: string[];
}

/** What a `TunnelServer` is made of. */
export interface TunnelServerOptions extends TunnelOptions {
  /** 0 takes a free one. */
  port: number;
  /** Default `127.0.0.1`. */
  host?: string;
  /** Share the port with other processes (`SO_REUSEPORT`). Default `false`. */
  reusePort?: boolean;
  /** Threads that read and write sockets. Default 1. */
  ioThreads?: number;
}

export interface AuthOptions {
  /** One token or several, any of which opens. */
  token?: string | string[];
  /** The header that carries the token. Default `x-runner-token`. */
  header?: string;
  /** Asked when no token matched; `true` or `{ ok: true }` accepts, everything else and every failure refuses. */
  validate?: (head: RequestHead) => unknown;
  /** Let everyone call. Only where neither `token` nor `validate` is given. Default `false`. */
  allowAnonymous?: boolean;
}

export interface LimitOptions {
  /** `maxSize`: largest JSON body in bytes. Default 2 097 152. */
  json?: { maxSize?: number };
  multipart?: MultipartOptions;
  /** Most calls in flight; above it 503. Default 10 000. */
  maxInFlight?: number;
  /** Most connections; above it the listener waits. Default 10 000. */
  maxConnections?: number;
}

/** All in milliseconds. */
export interface TimeoutOptions {
  /** First byte to complete head. Default 60 000. */
  headMs?: number;
  /** Head to complete body. Default 300 000. */
  requestMs?: number;
  /** Idle after an answer. Default 5 000; behind a load balancer set it above the balancer's own. */
  keepAliveMs?: number;
  /** Client accepts no byte. Default 60 000. */
  writeMs?: number;
  /** Handler start to settled. Default: none. */
  handlerMs?: number;
  /** Client gone to the call's place given up. Default 30 000. */
  abandonedMs?: number;
}

/** The part of the options that is data; Rust reads it as JSON (`rust-tunnel/src/config.rs`). */
export interface Settings {
  basePath: string;
  auth: {
    header: string;
    /** `null`: none is configured. A list is, even an empty one, and then nobody is let in as anonymous. */
    tokens: string[] | null;
    validator: boolean;
    allowAnonymous: boolean;
    loopbackOnly: boolean;
  };
  cors: CorsSettings;
  limits: { jsonMaxSize: number; multipart: FormLimits; maxInFlight: number; maxConnections: number };
  timeouts: Required<TimeoutOptions> | (Omit<Required<TimeoutOptions>, 'handlerMs'> & { handlerMs: null });
  disableDiscovery: boolean;
  /** The complete body of what Rust refuses, by code; where there is none, the built-in text. */
  refusals: Partial<Record<ErrorCode, string>>;
}

/** Checked options. */
export interface CheckedTunnel {
  settings: Settings;
  serializer: Serializer;
  logger: Logger;
  validate: ((head: RequestHead) => unknown) | undefined;
  allowOrigin: OriginFunction | undefined;
  allowList: ReadonlySet<string> | undefined;
}

export interface CheckedServer extends CheckedTunnel {
  listen: { host: string; port: number; reusePort: boolean; ioThreads: number };
}

const DAY_MS = 86_400_000;
const TUNNEL_KEYS = [
  'basePath',
  'corsOrigins',
  'cors',
  'auth',
  'limits',
  'timeouts',
  'serializer',
  'logger',
  'disableDiscovery',
  'allowList',
] as const satisfies readonly (keyof TunnelOptions)[];
const SERVER_KEYS = ['port', 'host', 'reusePort', 'ioThreads'] as const;

/**
 * Checks a server's options; a bare number is the port.
 *
 * @throws {TypeError | RangeError} naming the option, what was given, and what is allowed.
 */
export function readServerOptions(given: unknown): CheckedServer {
  const options = typeof given === 'number' ? { port: given } : given;
  if (options === undefined) throw wrongType('options', options, 'a port or an object with a port');
  const { port, host, reusePort, ioThreads } = members('options', options, [...SERVER_KEYS, ...TUNNEL_KEYS]);
  const listen = {
    port: integer('port', port, 0, 65_535),
    host: string('host', host ?? '127.0.0.1'),
    reusePort: boolean('reusePort', reusePort ?? false),
    ioThreads: integer('ioThreads', ioThreads ?? 1, 1, 64),
  };
  const tunnel = Object.fromEntries(
    Object.entries(options as object).filter(([key]) => !(SERVER_KEYS as readonly string[]).includes(key)),
  );
  return { ...readTunnelOptions(tunnel), listen };
}

/** Checks what is the same wherever a tunnel is served. */
export function readTunnelOptions(given: unknown): CheckedTunnel {
  const options = members('options', given, TUNNEL_KEYS);
  const { cors, allowOrigin } = readCors(options.cors, options.corsOrigins);
  const { auth, validate } = readAuth(options.auth);
  const allowList = options.allowList;
  return {
    settings: {
      basePath: string('basePath', options.basePath ?? '/__runner'),
      auth,
      cors,
      limits: readLimits(options.limits),
      timeouts: readTimeouts(options.timeouts),
      disableDiscovery: boolean('disableDiscovery', options.disableDiscovery ?? false),
      refusals: {},
    },
    serializer: withMethods<Serializer>('serializer', options.serializer ?? jsonSerializer, [
      'stringify',
      'parse',
    ]),
    logger: withMethods<Logger>('logger', options.logger ?? console, ['warn', 'error']),
    validate,
    allowOrigin,
    allowList: allowList === undefined ? undefined : new Set(strings('allowList', allowList)),
  };
}

function readAuth(given: unknown): { auth: Settings['auth']; validate: CheckedTunnel['validate'] } {
  const options = members('auth', given, ['token', 'header', 'validate', 'allowAnonymous']);
  const { token, header, validate, allowAnonymous } = options;
  if (validate !== undefined && !isFunction(validate))
    throw wrongType('auth.validate', validate, 'a function');
  const tokens = token === undefined ? null : strings('auth.token', token);
  if (tokens?.includes('')) {
    // Typically an environment variable that is not set: better no server than one without a lock.
    throw new RangeError('auth.token must not be empty, got ""');
  }
  const auth = {
    header: string('auth.header', header ?? 'x-runner-token').toLowerCase(),
    tokens,
    validator: validate !== undefined,
    allowAnonymous: given === undefined || boolean('auth.allowAnonymous', allowAnonymous ?? false),
    loopbackOnly: given === undefined,
  };
  if (!auth.allowAnonymous && !auth.validator && !tokens?.length) {
    throw new TypeError('auth must hold token, validate or allowAnonymous: true, got none of them');
  }
  return { auth, validate: validate as CheckedTunnel['validate'] };
}

/** Checks the member `limits`. */
function readLimits(given: unknown): Settings['limits'] {
  const { json, multipart, maxInFlight, maxConnections } = members('limits', given, [
    'json',
    'multipart',
    'maxInFlight',
    'maxConnections',
  ]);
  const { maxSize } = members('limits.json', json, ['maxSize']);
  return {
    jsonMaxSize: integer('limits.json.maxSize', maxSize ?? 2_097_152, 0, 2 ** 31),
    multipart: readFormLimits(multipart),
    ...readCounts({ maxInFlight, maxConnections }),
  };
}

/** Checks the limits that are counts; `name` is where they stand. */
export function readCounts(
  given: unknown,
  name = 'limits',
): Pick<Settings['limits'], 'maxInFlight' | 'maxConnections'> {
  const { maxInFlight, maxConnections } = members(name, given, ['maxInFlight', 'maxConnections']);
  return {
    maxInFlight: integer(`${name}.maxInFlight`, maxInFlight ?? 10_000, 1, 1_000_000),
    maxConnections: integer(`${name}.maxConnections`, maxConnections ?? 10_000, 1, 1_000_000),
  };
}

/** Checks the member `timeouts`; `name` is where it stands. */
export function readTimeouts(given: unknown, name = 'timeouts'): Settings['timeouts'] {
  const keys = ['headMs', 'requestMs', 'keepAliveMs', 'writeMs', 'handlerMs', 'abandonedMs'] as const;
  const options = members(name, given, keys);
  const read = (key: (typeof keys)[number], otherwise: number): number =>
    integer(`${name}.${key}`, options[key] ?? otherwise, 1, DAY_MS);
  return {
    headMs: read('headMs', 60_000),
    requestMs: read('requestMs', 300_000),
    keepAliveMs: read('keepAliveMs', 5_000),
    writeMs: read('writeMs', 60_000),
    handlerMs: options.handlerMs === undefined ? null : read('handlerMs', 0),
    abandonedMs: read('abandonedMs', 30_000),
  };
}

function withMethods<T>(name: string, value: unknown, methods: readonly (keyof T & string)[]): T {
  const missing = methods.find((method) => !isFunction((value as Record<string, unknown> | null)?.[method]));
  if (missing !== undefined)
    throw wrongType(name, value, `an object with the methods ${methods.join(' and ')}`);
  return value as T;
}
