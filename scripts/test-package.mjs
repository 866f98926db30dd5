// npm run test:package: packs the package, installs it into an empty project, and runs Runner applications there on every
// Node version at hand. --packed takes the tarballs that are in dist-packages/ already, and fetches no other Node: it works
// on 18, and where there is no Rust.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { packMain, packPlatform } from './packages.mjs';
import { buildPackage, install, installIn, installNodes, root, run } from './steps.mjs';
import { hostTarget } from './targets.mjs';

if (process.argv.includes('--packed')) {
  installIn(root, 'npm packages');
} else {
  rmSync(join(root, 'dist-packages'), { recursive: true, force: true });
  install();
  buildPackage();
  for (const { file, size } of [packMain(), packPlatform(hostTarget())]) {
    console.log(`${(size / 1024).toFixed(0)} KiB  ${file}`);
  }
  installNodes();
  installIn(join(root, 'tests', 'runtimes'), 'Bun and Deno');
}
run('package', process.execPath, ['--test', '--test-reporter=spec', 'tests/package/package.test.mjs']);
