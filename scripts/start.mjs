// npm start, npm run example:plain, npm run example:workers: from a fresh clone to a server that answers. The first
// argument names the example.
import { join } from 'node:path';
import { buildPackage, compile, install, run, serve, targetFolder } from './steps.mjs';

const [example, ...args] = process.argv.slice(2);

install();
if (example === 'workers') {
  // Workers need no addon.
  compile('runner-native');
  run('rust-tunnel (release)', 'cargo', ['build', '--release', '-p', 'rust-tunnel']);
  const app = 'runner-native/examples/runner/main.js';
  const { PORT = '7070' } = process.env;
  const options = ['serve', '--app', app, '--workers', '2', '--port', PORT, ...args];
  serve('example workers', join(targetFolder(), 'release', 'rust-tunnel'), options);
} else {
  buildPackage();
  serve(`example ${example}`, process.execPath, [`runner-native/examples/${example}/main.js`, ...args]);
}
