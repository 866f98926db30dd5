// npm test: every test of both languages, after all the set-up they need.
import { testFiles } from './glob.mjs';
import { buildPackage, compile, install, installNodes, run } from './steps.mjs';

install();
installNodes();
buildPackage();
run('Rust tests', 'cargo', ['test', '--workspace', '--quiet']);
// The end-to-end tests start it.
run('rust-tunnel', 'cargo', ['build', '-p', 'rust-tunnel']);
compile('tests');
const files = ['runner-native/dist', 'tests/dist', 'benchmarks'].flatMap((folder) => testFiles(folder));
const args = process.argv.slice(2);
run('TypeScript tests', process.execPath, ['--test', ...args, ...files]);
run('the front', process.execPath, ['scripts/test-front.mjs', ...args]);
