import { nodeExposure, override } from '@bluelibs/runner/node';

/** A resource that takes the configuration of `nodeExposure` and has its value. */
export type Exposure = typeof nodeExposure;

/** Whose server a side is. */
export interface Subject {
  readonly name: 'stock' | 'ours';
  readonly exposure: Exposure;
}

/** What the package exports for apps of the Runner. */
export interface Native {
  readonly nativeExposure: Exposure;
  readonly nodeExposure: Exposure;
  // biome-ignore lint/suspicious/noExplicitAny: an override takes what the Runner's `override` gives.
  readonly exposureOverride: any;
}

export function native(): Native {
  return require('@bluelibs/runner-native') as Native;
}

/** `CONTRACT_SUBJECT=stock`: the stock server on both sides, to show that the suite itself is deterministic. */
export const isStockTwice = process.env.CONTRACT_SUBJECT === 'stock';

/** `CONTRACT_SUBJECT=front`: ours is a worker, whose HTTP server is a `rust-tunnel serve` of its own. */
export const isFront = process.env.CONTRACT_SUBJECT === 'front';

export const stock: Subject = { name: 'stock', exposure: nodeExposure };

export function ours(): Subject {
  const exposure = isStockTwice ? nodeExposure : native().nativeExposure;
  if (exposure === undefined) throw new Error('the package does not export `nativeExposure`');
  return { name: isStockTwice ? 'stock' : 'ours', exposure };
}

/** The ways to put an exposure into an app. */
export interface Exposures {
  readonly own: Exposure;
  /** With the id of the Runner's. */
  readonly alias: Exposure;
  /** In place of the Runner's, which somebody else registered. */
  // biome-ignore lint/suspicious/noExplicitAny: it goes into `overrides`.
  readonly override: any;
}

export function exposures({ name, exposure }: Subject): Exposures {
  if (name === 'ours') {
    const { nodeExposure: alias, exposureOverride } = native();
    return { own: exposure, alias, override: exposureOverride };
  }
  const { init, dispose } = nodeExposure;
  return { own: exposure, alias: exposure, override: override(nodeExposure, { init, dispose } as never) };
}
