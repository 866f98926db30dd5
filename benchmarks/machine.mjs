/** Where a run took place: without it a figure means nothing. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import { join } from 'node:path';
import { ROOT } from './cargo.mjs';
import { finish } from './processes.mjs';

const require = createRequire(import.meta.url);
const requireOfPeers = createRequire(new URL('peers/', import.meta.url));

export function machine() {
  const cpus = os.cpus();
  return {
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    kernel: `${os.type()} ${os.release()} ${os.arch()}`,
    loadAverage: os.loadavg()[0],
  };
}

/** @param {string} generator What made the load, with its version. */
export async function versions(generator) {
  return {
    node: process.version,
    generator,
    runner: packageVersion('@bluelibs/runner'),
    runnerNative: packageVersion('@bluelibs/runner-native'),
    axum: crateVersion('axum'),
    fastify: packageVersion('fastify', requireOfPeers),
    brahmaFirelight: packageVersion('brahma-firelight', requireOfPeers),
    bun: packageVersion('@oven/bun-linux-x64', requireOfPeers),
    deno: packageVersion('@deno/linux-x64-glibc', requireOfPeers),
    commit: await commit(),
  };
}

/** The version of an installed package, also of one that does not export its package.json. */
function packageVersion(/** @type {string} */ name, from = require) {
  for (const modules of from.resolve.paths(name) ?? []) {
    try {
      return JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8')).version;
    } catch {
      // Not in this one.
    }
  }
  return null;
}

function crateVersion(/** @type {string} */ name) {
  try {
    const lock = readFileSync(join(ROOT, 'Cargo.lock'), 'utf8');
    return new RegExp(`name = "${name}"\\r?\\nversion = "([^"]+)"`).exec(lock)?.[1] ?? null;
  } catch {
    return null;
  }
}

/** The git commit, with `-dirty` when files differ from it; `null` outside of a repository. */
async function commit() {
  try {
    const head = await finish('git', ['rev-parse', '--verify', 'HEAD'], { cwd: ROOT });
    if (head.code !== 0) return null;
    const changes = await finish('git', ['--no-optional-locks', 'status', '--porcelain'], { cwd: ROOT });
    return head.stdout.trim() + (changes.stdout.trim() ? '-dirty' : '');
  } catch {
    return null;
  }
}
