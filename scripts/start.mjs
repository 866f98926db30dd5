// npm start: from a fresh clone to a server that answers.
import { buildPackage, install, run } from './steps.mjs';

install();
buildPackage();
// Ctrl-C reaches the example itself, which closes its server and ends with 0.
process.on('SIGINT', () => {});
run('quickstart', process.execPath, ['runner-native/examples/quickstart/main.js', ...process.argv.slice(2)]);
