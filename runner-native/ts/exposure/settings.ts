import type { NodeExposureHttpConfig } from '@bluelibs/runner/node';
import type { CorsSettings } from '../cors';
import { ERROR_CODES, type ErrorCode, Refusal } from '../errors';
import { DEFAULT_FORM_LIMITS, type FormLimits } from '../form/limits';
import { readCounts, readTimeouts, type Settings } from '../options';
import type { Codec } from './codec';
import { isSendable, type NativeOptions, type Warn } from './config';

/** Rust counts bytes in 64 bits; what a JavaScript string can hold is far less. */
const MOST_BYTES = 2 ** 31;
const DEFAULT_MAX_SIZE = 2_097_152;
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;

/**
 * What Rust has to know of a configuration. As lax as the stock exposure, which checks nothing: what can't be sent is left
 * out with a warning, and only the members of `native` must be right.
 *
 * @throws {TypeError | RangeError} naming the wrong member of `http.native`.
 */
export function nativeSettings(
  http: NodeExposureHttpConfig,
  native: NativeOptions,
  hasValidators: boolean,
  codec: Codec,
  warn: Warn,
): Settings {
  return {
    basePath: http.basePath ?? '/__runner',
    auth: { ...readAuth(http.auth), validator: hasValidators, loopbackOnly: false },
    cors: readCors(http.cors, warn),
    limits: {
      jsonMaxSize: readMaxSize(http.limits?.json?.maxSize),
      multipart: readMultipart(http.limits?.multipart),
      ...readCounts(native.limits, 'http.native.limits'),
    },
    timeouts: readTimeouts(native.timeouts, 'http.native.timeouts'),
    disableDiscovery: Boolean(http.disableDiscovery),
    refusals: refusals(codec),
  };
}

function readAuth(
  auth: NodeExposureHttpConfig['auth'],
): Pick<Settings['auth'], 'header' | 'tokens' | 'allowAnonymous'> {
  const header = (auth?.header ?? 'x-runner-token').toLowerCase();
  const allowAnonymous = auth?.allowAnonymous === true;
  if (!auth?.token) return { header: 'x-runner-token', tokens: null, allowAnonymous };
  // What is no string, and what comes in no header, matches nobody.
  if (!HEADER_NAME.test(header)) return { header: 'x-runner-token', tokens: [], allowAnonymous };
  const given: unknown[] = Array.isArray(auth.token) ? auth.token : [auth.token];
  const tokens = given.filter((token): token is string => typeof token === 'string' && token !== '');
  return { header, tokens, allowAnonymous };
}

/** The body's limit as `received > maxSize` would see it. */
function readMaxSize(given: unknown): number {
  const size = given === undefined ? DEFAULT_MAX_SIZE : Number(given);
  if (Number.isNaN(size)) return MOST_BYTES;
  return Math.floor(Math.min(Math.max(size, 0), MOST_BYTES));
}

/** A given object replaces the defaults as a whole; what is no number is no limit, but a field is bounded all the same. */
export function readMultipart(given: NonNullable<NodeExposureHttpConfig['limits']>['multipart']): FormLimits {
  if (given === undefined) return DEFAULT_FORM_LIMITS;
  const { fileSize, files, fieldSize, fields, parts } = given ?? {};
  const limit = (value: unknown): number | null =>
    typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER ? Math.ceil(value) : null;
  return {
    fileSize: limit(fileSize),
    files: limit(files),
    fieldSize: limit(typeof fieldSize === 'number' ? fieldSize : DEFAULT_FORM_LIMITS.fieldSize),
    fields: limit(fields),
    parts: limit(parts),
  };
}

function readCors(cors: NodeExposureHttpConfig['cors'], warn: Warn): CorsSettings {
  const list = (name: 'methods' | 'allowedHeaders' | 'exposedHeaders'): string[] => {
    const given: unknown = cors?.[name];
    return Array.isArray(given) ? sendable(`http.cors.${name}`, given.map(String), warn) : [];
  };
  const { origin, varies } = readOrigin(cors, warn);
  const maxAge: unknown = cors?.maxAge;
  return {
    origin,
    varyOrigin: varies && (cors?.varyOrigin === undefined || Boolean(cors.varyOrigin)),
    credentials: Boolean(cors?.credentials),
    methods: list('methods'),
    allowedHeaders: list('allowedHeaders'),
    exposedHeaders: list('exposedHeaders'),
    maxAge: typeof maxAge === 'number' && Number.isFinite(maxAge) ? maxAge : null,
  };
}

function readOrigin(
  cors: NodeExposureHttpConfig['cors'],
  warn: Warn,
): { origin: CorsSettings['origin']; varies: boolean } {
  const origin: unknown = cors?.origin;
  if (origin === undefined || origin === null) {
    return cors?.credentials
      ? { origin: { kind: 'nobody' }, varies: true }
      : { origin: { kind: 'fixed', value: '*' }, varies: false };
  }
  if (typeof origin === 'string') {
    const [value] = sendable('http.cors.origin', [origin], warn);
    return { origin: value ? { kind: 'fixed', value } : { kind: 'nobody' }, varies: false };
  }
  if (Array.isArray(origin)) {
    const strings = origin.filter((one): one is string => typeof one === 'string');
    return { origin: { kind: 'listed', value: strings.filter(isSendable) }, varies: true };
  }
  // A RegExp has become a function before.
  if (typeof origin === 'function') return { origin: { kind: 'asked' }, varies: true };
  return { origin: { kind: 'nobody' }, varies: false };
}

function sendable(name: string, values: string[], warn: Warn): string[] {
  const kept = values.filter(isSendable);
  if (kept.length < values.length)
    warn('exposure.config', { problem: `${name} holds what no header can carry` });
  return kept;
}

/** What Rust refuses, in the words of the application's serializer; nothing if those are plain JSON's. */
function refusals(codec: Codec): Settings['refusals'] {
  const texts: Record<string, string> = {};
  for (const code of Object.keys(ERROR_CODES) as ErrorCode[]) {
    const { envelope } = new Refusal(code);
    try {
      const text = codec.stringify(envelope);
      if (text !== JSON.stringify(envelope)) texts[code] = text;
    } catch {}
  }
  return texts;
}
