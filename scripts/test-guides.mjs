// npm run test:guides: packs the package, and follows the guides with it, from empty folders. --packed takes the tarballs
// that are in dist-packages/ already.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { packMain, packPlatform } from './packages.mjs';
import { buildPackage, install, root, run, targetFolder } from './steps.mjs';
import { hostTarget } from './targets.mjs';

install();
if (!process.argv.includes('--packed')) {
  rmSync(join(root, 'dist-packages'), { recursive: true, force: true });
  buildPackage();
  packMain();
  packPlatform(hostTarget());
}
run('rust-tunnel', 'cargo', ['build', '-p', 'rust-tunnel']);
const env = { ...process.env, RUST_TUNNEL: join(targetFolder(), 'debug', 'rust-tunnel') };
const files = ['guides', 'pages'].map((name) => `tests/guides/${name}.test.mjs`);
run('guides', process.execPath, ['--test', ...files], { env });
