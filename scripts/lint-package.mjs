// npm run lint:package: packs the package, and lets publint and are-the-types-wrong look at what would be published.
import { join } from 'node:path';
import { packMain, packPlatform } from './packages.mjs';
import { buildPackage, install, installIn, root, run } from './steps.mjs';
import { hostTarget } from './targets.mjs';

const tools = join(root, 'tests', 'package');
const tool = (name) => join(tools, 'node_modules', '.bin', name);

install();
installIn(tools, 'publint and are-the-types-wrong');
buildPackage();
const main = packMain().file;
const platform = packPlatform(hostTarget()).file;
run('what a registry serves', tool('publint'), ['run', '--strict', main]);
run('what a registry serves', tool('publint'), ['run', '--strict', platform]);
run('what TypeScript finds', tool('attw'), [main]);
