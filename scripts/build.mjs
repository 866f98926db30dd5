// npm run build: the addon, its TypeScript, and the rust-tunnel binary, all in release.
import { buildPackage, install, run } from './steps.mjs';

install();
buildPackage();
run('rust-tunnel (release)', 'cargo', ['build', '--release', '-p', 'rust-tunnel']);
