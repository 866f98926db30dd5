// npm run check: what must hold before a change is merged. Continuous integration runs exactly this.
import { run } from './steps.mjs';

run('lint', process.execPath, ['scripts/lint.mjs']);
// npm test, and that it runs enough of the package's lines.
run('tests', process.execPath, ['scripts/test.mjs', '--coverage']);
// The outputs that the guides show are those of Linux x64.
if (process.platform === 'linux' && process.arch === 'x64') {
  run('guides', process.execPath, ['scripts/test-guides.mjs']);
}
// On what the tests have built.
run('npm run bench:smoke', process.execPath, ['benchmarks/smoke/main.mjs']);
