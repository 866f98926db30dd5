import type * as RunnerModule from '@bluelibs/runner/node';

/** The framework, as its CommonJS build exports it. */
export type Runner = typeof RunnerModule;

const PACKAGE = '@bluelibs/runner';
const RANGE = '>=5.5.0 <6';

let runner: Runner | undefined;

/**
 * Finds the application's own Runner. There must be one instance only: classes and async contexts are told apart by
 * identity. It is required, never imported: the ESM build of 5.5.0 does not load in Node.
 *
 * @throws {Error} when it is not installed, or is another version than this package was made for.
 */
export function loadRunner(): Runner {
  if (runner === undefined) {
    runnerVersion();
    runner = require('@bluelibs/runner/node') as Runner;
  }
  return runner;
}

/**
 * The version of the Runner that {@link loadRunner} gives.
 *
 * @throws {Error} likewise; with a `cause` when it is not installed.
 */
export function runnerVersion(): string {
  const version = installedVersion();
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major !== 5 || minor < 5) {
    throw new Error(`nativeExposure needs ${PACKAGE} ${RANGE}, found ${version}`);
  }
  return version;
}

function installedVersion(): string {
  try {
    return (require('@bluelibs/runner/package.json') as { version: string }).version;
  } catch (cause) {
    throw new Error(`nativeExposure needs ${PACKAGE}: npm install "${PACKAGE}@${RANGE}"`, { cause });
  }
}
