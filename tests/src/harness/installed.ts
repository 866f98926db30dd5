import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';

const PACKAGE = dirname(dirname(require.resolve('@bluelibs/runner-native')));

/** The manifest of the package. */
export const manifest = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as {
  version: string;
  bin: { 'runner-native': string };
  napi: { nodeApiVersion: number; targets: string[] };
};

/** The package's own words for platforms, which it does not export. */
export const { hostTarget, TARGETS } = require(join(PACKAGE, 'dist/target.js')) as {
  hostTarget(): string;
  TARGETS: string[];
};

/** The addon of the workspace. */
export const addon = (): Buffer => readFileSync(join(PACKAGE, 'native/runner-native.node'));

/** How a script in the project ended. */
export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** A project away from the workspace, with the package as npm would install it. */
export interface Installed {
  readonly folder: string;
  /** Runs this version of Node there. */
  node(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ran>;
}

/** Makes one, with a platform's package of that content and version if there is any; it is removed after the test. */
export function installed(t: TestContext, binary?: Buffer, version = manifest.version): Installed {
  const folder = mkdtempSync(join(tmpdir(), 'installed-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const scope = join(folder, 'node_modules/@bluelibs');
  for (const part of ['dist', 'package.json']) {
    cpSync(join(PACKAGE, part), join(scope, 'runner-native', part), { recursive: true });
  }
  if (binary !== undefined) {
    const place = join(scope, `runner-native-${hostTarget()}`);
    mkdirSync(place);
    writeFileSync(join(place, 'addon.node'), binary);
    writeFileSync(join(place, 'package.json'), JSON.stringify({ version, main: 'addon.node' }));
  }
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
  const node = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> =>
    new Promise((resolve) => {
      const options = { cwd: folder, env: { ...inherited, ...env } };
      execFile(process.execPath, args, options, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  return { folder, node };
}
