/** @ts-ignore Whoever needs no Runner does not install it, and has no use for these types. */
import type { IResource } from '@bluelibs/runner';
/** @ts-ignore As above. */
import type {
  NodeExposureDependencyMap,
  NodeExposureDeps,
  NodeExposureHandlers,
} from '@bluelibs/runner/node';
import { log } from '../log';
import { isNative } from './availability';
import { type NativeExposureConfig, type Warn, withoutHarm } from './config';
import { loadRunner, type Runner } from './runner';
import { serveNatively } from './serve';

/** What logs say where they come from, whatever the resource is called: the stock exposure's id. */
const SOURCE = 'platform.node.resources.exposure';

type Exposure<Config> = IResource<Config, Promise<NodeExposureHandlers>, NodeExposureDependencyMap>;

/** The three forms of the same exposure; each makes its servers anew at every run. */
export interface Exposures {
  /** Under an id of its own. */
  nativeExposure: Exposure<NativeExposureConfig>;
  /** Under the stock exposure's id: whatever depends on that gets this one. */
  nodeExposure: Exposure<NativeExposureConfig>;
  /** For `overrides([...])`, where the stock exposure is registered by somebody else. */
  exposureOverride: Exposure<NativeExposureConfig>;
}

/**
 * Makes them for the Runner that is installed.
 *
 * @throws {Error} when there is none, or another version than this package was made for.
 */
export function createExposures(): Exposures {
  const runner = loadRunner();
  const { resource, override, nodeExposure } = runner;
  const dependencies = nodeExposure.dependencies as NodeExposureDependencyMap;
  const meta = {
    title: 'Native exposure (HTTP)',
    description: 'Exposes tasks and events over HTTP, served by Rust threads.',
  };
  const init = (config: NativeExposureConfig, deps: NodeExposureDeps): Promise<NodeExposureHandlers> =>
    expose(runner, config, deps);
  const dispose = async (value: NodeExposureHandlers | undefined): Promise<void> => value?.close();
  const definition = { meta, dependencies, init, dispose };
  return {
    nativeExposure: resource({ id: 'bluelibs.native.resources.exposure', ...definition }),
    nodeExposure: resource({ id: nodeExposure.id, ...definition }),
    exposureOverride: override(nodeExposure, { init, dispose } as object) as Exposure<NativeExposureConfig>,
  };
}

async function expose(
  runner: Runner,
  config: NativeExposureConfig | undefined,
  injected: NodeExposureDeps,
): Promise<NodeExposureHandlers> {
  const { logger } = injected;
  // A logger that stands in for the Runner's may know no sources.
  const deps = { ...injected, logger: logger.with?.({ source: SOURCE }) ?? logger };
  const warn: Warn = (message, data) => log(deps.logger, 'warn', message, data);
  if (config?.http === undefined) return stock(runner, config ?? {}, deps);
  const { native = {}, ...given } = config.http;
  const http = withoutHarm(given, warn);
  const { listen } = http;
  // Another's server is Node's own; without `listen` there is none.
  if (!listen || http.server || !isNative(warn)) return stock(runner, { http }, deps);
  const { listen: _, ...unserved } = http;
  const handlers = await stock(runner, { http: unserved }, deps);
  return serveNatively({ runner, deps, http: { ...http, listen }, native, handlers, warn });
}

function stock(
  { nodeExposure }: Runner,
  config: Parameters<NonNullable<Runner['nodeExposure']['init']>>[0],
  deps: NodeExposureDeps,
): Promise<NodeExposureHandlers> {
  // `init` has a third parameter for contexts, which the stock exposure has none of.
  const init = nodeExposure.init as (
    config: unknown,
    deps: NodeExposureDeps,
  ) => Promise<NodeExposureHandlers>;
  return init(config, deps);
}
