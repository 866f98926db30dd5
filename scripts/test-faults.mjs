// npm run test:faults: workers are killed, blocked, outgrown and restarted under load; a tenth of it, or with --full all.
import { testFiles } from './glob.mjs';
import { compile, install, run } from './steps.mjs';

install();
compile('runner-native');
run('rust-tunnel', 'cargo', ['build', '-p', 'rust-tunnel']);
compile('tests');
const full = process.argv.includes('--full');
run(
  'fault tests',
  process.execPath,
  ['--test', '--test-concurrency=1', ...testFiles('tests/dist/faults', /\.faults\.js$/)],
  { env: { ...process.env, FAULTS: full ? 'full' : 'tenth' } },
);
