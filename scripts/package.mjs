// npm run package: makes in dist-packages/ what is published: the main package, and the one with this platform's binary
// (--target <triple>: another's, which `scripts/addon.mjs` has built). --only main or --only platform makes one of them.
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { packMain, packPlatform } from './packages.mjs';
import { buildAddon, compile, install, root } from './steps.mjs';
import { hostTarget, targetOf } from './targets.mjs';

const { values } = parseArgs({ options: { only: { type: 'string' }, target: { type: 'string' } } });

if (values.only !== 'platform') {
  install();
  compile('runner-native');
  list(packMain());
}
if (values.only !== 'main') {
  if (values.target === undefined) buildAddon();
  list(packPlatform(values.target === undefined ? hostTarget() : targetOf(values.target)));
}

/** @param {import('./packages.mjs').Packed} packed */
function list({ file, files, size, unpackedSize }) {
  console.log(`\n${relative(root, file)}`);
  for (const { path, size } of files) console.log(`${kib(size)}  ${path}`);
  console.log(`${kib(unpackedSize)}  unpacked, ${kib(size).trim()} packed, ${files.length} files`);
}

function kib(bytes) {
  return `${(bytes / 1024).toFixed(1)} KiB`.padStart(12);
}
