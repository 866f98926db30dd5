// npm run test:browser: pages in a real Chromium call a nativeExposure server of another origin.
import { findChromium, MISSING } from '../tests/browser/chromium.mjs';
import { buildPackage, install, run } from './steps.mjs';

if (findChromium() === undefined) {
  console.error(MISSING);
  process.exit(1);
}
install();
buildPackage();
run('browser', process.execPath, ['--test', 'tests/browser/browser.test.mjs']);
