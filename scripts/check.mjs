// npm run check: what must hold before a change is merged. Continuous integration runs exactly this.
import { run } from './steps.mjs';

run('lint', process.execPath, ['scripts/lint.mjs']);
run('npm test', process.platform === 'win32' ? 'npm.cmd' : 'npm', ['test']);
// On what the tests have built.
run('npm run bench:smoke', process.execPath, ['benchmarks/smoke/main.mjs']);
