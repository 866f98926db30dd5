/** @ts-ignore Whoever needs no Runner does not install it, and has no use for these types. */
import type { NodeExposureConfig, NodeExposureHttpConfig } from '@bluelibs/runner/node';
import type { OriginFunction } from '../cors';
import type { LimitOptions, TimeoutOptions } from '../options';

/** What only the native listener knows. */
export interface NativeOptions {
  /** Threads that read and write sockets. Default 1. */
  ioThreads?: number;
  /** Share the port with other processes (`SO_REUSEPORT`). Default: in `cluster` workers only. */
  reusePort?: boolean;
  /** How many calls and connections there may be; see `TunnelServer`. */
  limits?: Pick<LimitOptions, 'maxInFlight' | 'maxConnections'>;
  /** How long things may take; see `TunnelServer`. */
  timeouts?: TimeoutOptions;
  /** How long calls in flight may take to finish when the resource is disposed, in milliseconds. Default 10 000. */
  graceMs?: number;
}

export type NativeExposureHttpConfig = NodeExposureHttpConfig & { native?: NativeOptions };

/** The stock exposure's configuration, and one key more. */
export interface NativeExposureConfig extends Omit<NodeExposureConfig, 'http'> {
  http?: NativeExposureHttpConfig;
}

type Cors = NonNullable<NodeExposureHttpConfig['cors']>;

/** Told what is wrong with a configuration that is served nevertheless. */
export type Warn = (
  message: 'exposure.config' | 'exposure.cors.origin' | 'exposure.native.unavailable',
  data: Record<string, unknown>,
) => void;

/**
 * The same configuration without what harms the stock exposure: empty tokens let in whoever sends none (contract D8), an
 * origin function that throws hangs its caller (D3), a RegExp with a memory alternates (D20), and `exposedHeaders` as a
 * string fails every call (D25).
 */
export function withoutHarm(http: NodeExposureHttpConfig, warn: Warn): NodeExposureHttpConfig {
  const { auth, cors } = http;
  return {
    ...http,
    ...(auth && { auth: { ...auth, ...tokens(auth.token, warn) } }),
    ...(cors && { cors: safeCors(cors, warn) }),
  };
}

type Token = NonNullable<NodeExposureHttpConfig['auth']>['token'];

function tokens(token: Token, warn: Warn): { token?: string[] | string } {
  if (!Array.isArray(token)) return token === undefined ? {} : { token };
  const kept = token.filter((one) => one !== '');
  if (kept.length < token.length) {
    warn('exposure.config', { problem: 'http.auth.token holds an empty string, which opens nothing' });
  }
  return { token: kept };
}

function safeCors(cors: Cors, warn: Warn): Cors {
  const { origin, exposedHeaders } = cors as { origin?: unknown; exposedHeaders?: unknown };
  const safe: Cors = { ...cors };
  if (typeof exposedHeaders === 'string') {
    warn('exposure.config', {
      problem: 'http.cors.exposedHeaders is a string; it is taken as a list of one',
    });
    safe.exposedHeaders = [exposedHeaders];
  }
  const asked = originFunction(origin, warn);
  if (asked !== undefined) safe.origin = asked;
  return safe;
}

/** A RegExp or a function as a function that never throws and gives nothing but what a header can carry. */
export function originFunction(origin: unknown, warn: Warn): OriginFunction | undefined {
  if (origin instanceof RegExp) {
    const pattern = new RegExp(origin.source, origin.flags.replace(/[gy]/g, ''));
    return (sent) => (sent && pattern.test(sent) ? sent : null);
  }
  if (typeof origin !== 'function') return undefined;
  return (sent) => {
    try {
      const allowed: unknown = origin(sent);
      if (!allowed) return null;
      const text = String(allowed);
      if (isSendable(text)) return text;
      warn('exposure.cors.origin', { error: new TypeError(`no header can carry ${JSON.stringify(text)}`) });
    } catch (error) {
      warn('exposure.cors.origin', { error });
    }
    return null;
  };
}

const UNSENDABLE = /[^\t\x20-\x7e\x80-\xff]/;

/** Whether a header can carry it, as Node sees it. */
export function isSendable(text: string): boolean {
  return !UNSENDABLE.test(text);
}
