// npm start, npm run example:plain: from a fresh clone to a server that answers. The first argument names the example.
import { buildPackage, install, run } from './steps.mjs';

const [example, ...args] = process.argv.slice(2);

install();
buildPackage();
// Ctrl-C reaches the example itself, which closes its server and ends with 0.
process.on('SIGINT', () => {});
run(`example ${example}`, process.execPath, [`runner-native/examples/${example}/main.js`, ...args]);
