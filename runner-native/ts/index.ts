import type { Exposures } from './exposure/resource';

export type { Handler, Logger } from './application';
export type { CallContext, RequestHead } from './call';
export type { CorsOptions, OriginFunction } from './cors';
export type { ErrorCode, TunnelErrorInit } from './errors';
export { ERROR_CODES, TunnelError } from './errors';
export type { NativeExposureConfig, NativeExposureHttpConfig, NativeOptions } from './exposure/config';
export { InputFile } from './form/input_file';
export type { MultipartOptions } from './form/limits';
export type {
  AuthOptions,
  LimitOptions,
  TimeoutOptions,
  TunnelOptions,
  TunnelServerOptions,
} from './options';
export type { Serializer } from './serializer';
export type { Stats } from './served';
export type { CloseOptions } from './server';
export { TunnelServer } from './server';

/** The drop-in for the Runner's `nodeExposure`, under an id of its own. */
export declare const nativeExposure: Exposures['nativeExposure'];
/** The same under the stock exposure's id: what depends on the Runner's `nodeExposure` gets this one. */
export declare const nodeExposure: Exposures['nodeExposure'];
/** The same for `overrides([...])`, where `nodeExposure` is registered by somebody else. */
export declare const exposureOverride: Exposures['exposureOverride'];

let exposures: Exposures | undefined;
// Loaded when they are asked for: `TunnelServer` needs no Runner.
for (const name of ['nativeExposure', 'nodeExposure', 'exposureOverride'] as const) {
  Object.defineProperty(exports, name, {
    enumerable: true,
    get: () => {
      exposures ??= (
        require('./exposure/resource') as typeof import('./exposure/resource')
      ).createExposures();
      return exposures[name];
    },
  });
}
