// npm run test:long: minutes of slow clients, mutations, restarts and leaks. After npm test, or after npm run build.
import { testFiles } from './glob.mjs';
import { buildPackage, compile, install, run } from './steps.mjs';

install();
buildPackage();
compile('tests');
const files =
  process.argv.slice(2).length > 0 ? process.argv.slice(2) : testFiles('tests/dist/long', /\.long\.js$/);
run('long tests', process.execPath, ['--test', '--test-concurrency=1', ...files]);
