/** What the benchmark builds in Rust, in release. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { finish } from './processes.mjs';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** @param {string} name */
export function binary(name) {
  const target = resolve(ROOT, process.env.CARGO_TARGET_DIR || 'target');
  return resolve(target, 'release', process.platform === 'win32' ? `${name}.exe` : name);
}

/** Cargo sees whether there is anything to do. @param {string} what @param {string} crate */
export async function build(what, crate) {
  const args = ['build', '--release', '-p', crate];
  process.stderr.write(`building ${what}: cargo ${args.join(' ')}\n`);
  const { code } = await finish('cargo', args, { cwd: ROOT, stdio: 'inherit' });
  if (code !== 0) throw new Error(`cargo ${args.join(' ')} failed (exit ${code})`);
}
