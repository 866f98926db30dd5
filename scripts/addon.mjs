// Builds the addon in release and puts it where `runner-native/ts/binding.ts` looks for it.
import { copyFileSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, targetFolder } from './steps.mjs';

const LIBRARY = { darwin: 'librunner_native.dylib', win32: 'runner_native.dll' };
const library = LIBRARY[process.platform] ?? 'librunner_native.so';

run('cargo', 'cargo', ['build', '--release', '-p', 'runner-native']);

const folder = join(root, 'runner-native', 'native');
const addon = join(folder, 'runner-native.node');
mkdirSync(folder, { recursive: true });
// Moved into place: a process that runs the old one keeps it.
copyFileSync(join(targetFolder(), 'release', library), `${addon}.new`);
renameSync(`${addon}.new`, addon);
