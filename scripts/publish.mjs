// npm run publish:packages -- --tag v1.2.3: publishes the tarballs in dist-packages/, which must be all of that version's.
// What is published already is passed over, so that a release which failed half-way can be run again. --dry-run uploads nothing.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { release } from './packages.mjs';
import { npm, root, run } from './steps.mjs';

const { values } = parseArgs({ options: { tag: { type: 'string' }, 'dry-run': { type: 'boolean' } } });

const packages = release();
const [{ version }] = packages;
const missing = packages.filter(({ file }) => !existsSync(file));
if (values.tag !== `v${version}`) fail(`The packages are of version ${version}, --tag says ${values.tag}.`);
if (missing.length > 0) fail(`Missing: ${missing.map(({ file }) => relative(root, file)).join(', ')}`);

for (const { name, file } of packages) {
  if (!values['dry-run'] && isPublished(name)) {
    console.log(`${name}@${version} is published already.`);
    continue;
  }
  // Provenance is signed with what continuous integration knows, and can't be had elsewhere.
  const how = values['dry-run'] ? ['--dry-run'] : ['--provenance'];
  run(name, npm, ['publish', '--access', 'public', ...how, file]);
}

function isPublished(name) {
  return (
    spawnSync(npm, ['view', `${name}@${version}`, 'version'])
      .stdout.toString()
      .trim() === version
  );
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
