// npm run test:front: the contract suite against `rust-tunnel serve`, of which the exposure under test is the worker.
import { testFiles } from './glob.mjs';
import { run } from './steps.mjs';

// In these no listener of the package takes part.
const WITHOUT = /(delegated|fallback|mutations|rows)\.test\.js$/;
const files = testFiles('tests/dist/contract').filter((file) => !WITHOUT.test(file));
const env = { ...process.env, CONTRACT_SUBJECT: 'front' };
run('contract, front', process.execPath, ['--test', ...process.argv.slice(2), ...files], { env });
