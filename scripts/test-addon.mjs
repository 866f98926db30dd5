// npm run test:addon: the tests of what runs on Windows too: the library of rust-tunnel, and the package's own.
import { testFiles } from './glob.mjs';
import { buildPackage, install, run } from './steps.mjs';

install();
buildPackage();
run('Rust tests', 'cargo', ['test', '-p', 'rust-tunnel', '--no-default-features', '--lib', '--quiet']);
// A worker's end of its socket is for the front, which is for Unix.
const UNIX = /worker_link\.test\.js$/;
const files = testFiles('runner-native/dist').filter(
  (file) => process.platform !== 'win32' || !UNIX.test(file),
);
run('TypeScript tests', process.execPath, ['--test', ...files]);
