// npm test: every test of both languages, after all the set-up they need. --coverage also counts which lines of the
// package's TypeScript they have run, and fails when too few were. Other arguments go to `node --test`.
import { counting, report } from './coverage.mjs';
import { testFiles } from './glob.mjs';
import { buildAddon, compile, install, installNodes, run } from './steps.mjs';

// Percent of lines.
const ENOUGH = 95;

const args = process.argv.slice(2).filter((arg) => arg !== '--coverage');
const isCounted = process.argv.includes('--coverage');

install();
installNodes();
buildAddon();
compile('runner-native', isCounted ? ['--sourceMap'] : []);
run('Rust tests', 'cargo', ['test', '--workspace', '--quiet']);
// The end-to-end tests start it.
run('rust-tunnel', 'cargo', ['build', '-p', 'rust-tunnel']);
compile('tests');
const files = ['runner-native/dist', 'tests/dist', 'benchmarks'].flatMap((folder) => testFiles(folder));
const env = isCounted ? counting() : process.env;
run('TypeScript tests', process.execPath, ['--test', ...args, ...files], { env });
run('the front', process.execPath, ['scripts/test-front.mjs', ...args], { env });
if (isCounted && !report(ENOUGH)) process.exit(1);
