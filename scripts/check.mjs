// npm run check: what must hold before a change is merged. Continuous integration runs exactly this.
import { run } from './steps.mjs';

run('lint', process.execPath, ['scripts/lint.mjs']);
run('npm test', process.platform === 'win32' ? 'npm.cmd' : 'npm', ['test']);
// The outputs that the guides show are those of Linux x64.
if (process.platform === 'linux' && process.arch === 'x64') {
  run('guides', process.execPath, ['scripts/test-guides.mjs']);
}
