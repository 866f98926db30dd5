// The platforms that get a binary: Rust's names for them and npm's.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './steps.mjs';

/**
 * @typedef {object} Target
 * @property {string} triple as Rust says: `x86_64-unknown-linux-gnu`
 * @property {string} name as the package is called after: `linux-x64-gnu`
 * @property {string} os as in package.json
 * @property {string} cpu likewise
 * @property {string} [libc] likewise
 */

const CPU = { x86_64: 'x64', aarch64: 'arm64' };
const OS = { windows: 'win32' };
const LIBC = { gnu: 'glibc', musl: 'musl' };

/** @returns {Target} */
export function targetOf(triple) {
  const [arch, , system, abi] = triple.split('-');
  const [os, cpu] = [OS[system] ?? system, CPU[arch]];
  return { triple, os, cpu, libc: LIBC[abi], name: [os, cpu, abi].filter(Boolean).join('-') };
}

/** Those that a release has. */
export function targets() {
  const { napi } = JSON.parse(readFileSync(join(root, 'runner-native', 'package.json'), 'utf8'));
  return napi.targets.map(targetOf);
}

/** The one that the compiler builds for when nothing else is said. */
export function hostTarget() {
  const { stdout } = spawnSync('rustc', ['-vV'], { cwd: root, encoding: 'utf8' });
  return targetOf(/^host: (.*)$/m.exec(stdout ?? '')?.[1] ?? '');
}

/** Where `scripts/addon.mjs` puts a target's addon. The host's own is where the package looks for it in a clone. */
export function addonFile(target) {
  const isHost = target.triple === hostTarget().triple;
  return join(root, 'runner-native', 'native', isHost ? 'runner-native.node' : `${target.name}.node`);
}
