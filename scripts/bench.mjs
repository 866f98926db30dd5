// npm run bench: builds everything in release, then measures.
import { buildPackage, install, run } from './steps.mjs';

install();
buildPackage();
run('bare axum, for comparison (release)', 'cargo', ['build', '--release', '-p', 'bench-axum']);
run('bench', process.execPath, ['benchmarks/run.mjs', ...process.argv.slice(2)]);
