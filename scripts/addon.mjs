// Builds the addon in release and puts it where `runner-native/ts/binding.ts` looks for it; that of another platform
// (--target <triple>) beside it. --zig builds with `cargo zigbuild`, which brings linkers and old C libraries with it.
import { copyFileSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { run, targetFolder } from './steps.mjs';
import { addonFile, hostTarget, targetOf } from './targets.mjs';

const { values } = parseArgs({ options: { target: { type: 'string' }, zig: { type: 'boolean' } } });
const target = values.target === undefined ? hostTarget() : targetOf(values.target);

const LIBRARY = { darwin: 'librunner_native.dylib', win32: 'runner_native.dll' };
const library = LIBRARY[target.os] ?? 'librunner_native.so';

// What Node 18's own binaries ask for on x64, and less than any distribution has that is still looked after.
const GLIBC = '2.28';
const asked = values.zig && target.libc === 'glibc' ? `${target.triple}.${GLIBC}` : target.triple;
const chosen = values.target === undefined && !values.zig ? [] : ['--target', asked];
const env = { ...process.env };
// A library that another process loads takes that process's C library.
if (target.libc === 'musl') env.RUSTFLAGS = `${env.RUSTFLAGS ?? ''} -C target-feature=-crt-static`.trim();
const build = [values.zig ? 'zigbuild' : 'build', '--release', '-p', 'runner-native', ...chosen];
run('cargo', 'cargo', build, { env });

const addon = addonFile(target);
mkdirSync(dirname(addon), { recursive: true });
const built = join(targetFolder(), ...(chosen.length > 0 ? [target.triple] : []), 'release', library);
// Moved into place: a process that runs the old one keeps it.
copyFileSync(built, `${addon}.new`);
renameSync(`${addon}.new`, addon);
