export type { Handler, Logger } from './application';
export type { CallContext, RequestHead } from './call';
export type { CorsOptions, OriginFunction } from './cors';
export type { ErrorCode, TunnelErrorInit } from './errors';
export { ERROR_CODES, TunnelError } from './errors';
export type {
  AuthOptions,
  LimitOptions,
  TimeoutOptions,
  TunnelOptions,
  TunnelServerOptions,
} from './options';
export type { Serializer } from './serializer';
export type { CloseOptions, Stats } from './server';
export { TunnelServer } from './server';
