import { boolean, integer, isFunction, members, strings, wrongType } from './check';

/** Decides about one origin; `undefined` when the request carries none. What it returns is sent. */
export type OriginFunction = (origin: string | undefined) => string | null | undefined;

/** Which web pages may read answers (the stock exposure's `http.cors`). */
export interface CorsOptions {
  /** A fixed value, a list, a pattern, or a function. Default `*`. */
  origin?: string | string[] | RegExp | OriginFunction;
  /** Default `POST, OPTIONS`. */
  methods?: string[];
  /** Default: whatever the browser asks for. */
  allowedHeaders?: string | string[];
  exposedHeaders?: string | string[];
  /** Default `false`. */
  credentials?: boolean;
  /** Seconds for which a browser may remember a preflight. */
  maxAge?: number;
  /** Say `Vary: Origin` where the answer depends on the origin. Default `true`. */
  varyOrigin?: boolean;
}

/** The part of it that Rust needs. */
export interface CorsSettings {
  origin:
    | { kind: 'nobody' }
    | { kind: 'fixed'; value: string }
    | { kind: 'listed'; value: string[] }
    | { kind: 'asked' };
  varyOrigin: boolean;
  credentials: boolean;
  methods: string[];
  allowedHeaders: string[];
  exposedHeaders: string[];
  maxAge: number | null;
}

export interface CheckedCors {
  cors: CorsSettings;
  /** Present when the origin is a pattern or a function. */
  allowOrigin: OriginFunction | undefined;
}

/** Checks `cors` or its shorthand; with neither, no page may read answers. */
export function readCors(cors: unknown, corsOrigins: unknown): CheckedCors {
  if (cors !== undefined && corsOrigins !== undefined) {
    throw new TypeError('corsOrigins and cors can not both be given; use cors.origin');
  }
  if (cors === undefined && corsOrigins === undefined) return rules({}, { kind: 'nobody' });
  if (cors === undefined) {
    const allowed = typeof corsOrigins === 'string' ? corsOrigins : strings('corsOrigins', corsOrigins);
    return readOrigin({}, allowed, 'corsOrigins');
  }
  const options = members('cors', cors, [
    'origin',
    'methods',
    'allowedHeaders',
    'exposedHeaders',
    'credentials',
    'maxAge',
    'varyOrigin',
  ]);
  return readOrigin(options, options.origin, 'cors.origin');
}

type Members = Partial<Record<keyof CorsOptions, unknown>>;

function readOrigin(options: Members, origin: unknown, name: string): CheckedCors {
  if (origin === undefined) {
    // "Everyone" and credentials exclude each other: browsers refuse the pair, so nobody is named.
    return options.credentials
      ? rules(options, { kind: 'nobody' }, true)
      : rules(options, { kind: 'fixed', value: '*' });
  }
  if (origin instanceof RegExp) {
    // A fresh copy without `g` and `y`, whose memory of the last match would let every second request fail.
    const pattern = new RegExp(origin.source, origin.flags.replace(/[gy]/g, ''));
    const test: OriginFunction = (sent) => (sent !== undefined && pattern.test(sent) ? sent : undefined);
    return { ...rules(options, { kind: 'asked' }, true), allowOrigin: test };
  }
  if (isFunction(origin)) {
    return { ...rules(options, { kind: 'asked' }, true), allowOrigin: origin as OriginFunction };
  }
  if (typeof origin === 'string') return rules(options, { kind: 'fixed', value: origin });
  if (!Array.isArray(origin)) {
    throw wrongType(name, origin, 'a string, an array of strings, a RegExp or a function');
  }
  return rules(options, { kind: 'listed', value: strings(name, origin) }, true);
}

function rules(options: Members, origin: CorsSettings['origin'], varies = false): CheckedCors {
  const list = (key: 'methods' | 'allowedHeaders' | 'exposedHeaders'): string[] =>
    options[key] === undefined ? [] : strings(`cors.${key}`, options[key]);
  const varyOrigin = boolean('cors.varyOrigin', options.varyOrigin ?? true);
  const cors: CorsSettings = {
    origin,
    varyOrigin: varies && varyOrigin,
    credentials: boolean('cors.credentials', options.credentials ?? false),
    methods: list('methods'),
    allowedHeaders: list('allowedHeaders'),
    exposedHeaders: list('exposedHeaders'),
    maxAge: options.maxAge === undefined ? null : integer('cors.maxAge', options.maxAge, 0, 2 ** 31),
  };
  return { cors, allowOrigin: undefined };
}
