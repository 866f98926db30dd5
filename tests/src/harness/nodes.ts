import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The Node versions that handlers are tested on. */
export const NODE_VERSIONS = ['18', '20', '22', '24', '26'] as const;

/** The binary of a Node version, from the package in `tests/nodes`; `undefined` when it is not installed. */
export function nodeBinary(version: string): string | undefined {
  const path = join(__dirname, '../../nodes/node_modules', `node-${version}`, 'bin/node');
  return existsSync(path) ? path : undefined;
}

/** Where `tests/nodes` has binaries, and where a missing one is a failure therefore. */
export const NODES_ARE_EXPECTED = process.platform === 'linux' && process.arch === 'x64';
