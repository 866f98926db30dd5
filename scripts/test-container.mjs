// npm run test:container: each command of the Dockerfile, without Docker; hadolint and docker compose where they are at hand.
import { run } from './steps.mjs';

run('container', process.execPath, ['--test', '--test-reporter=spec', 'tests/container/container.test.mjs']);
