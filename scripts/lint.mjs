// npm run lint: formats, lints, types and documentation of both languages. Changes nothing.
import { bin, install, run } from './steps.mjs';

install();
run('format of Rust', 'cargo', ['fmt', '--all', '--check']);
run('clippy', 'cargo', ['clippy', '--workspace', '--all-targets', '--quiet', '--', '-D', 'warnings']);
run('clippy without the binary', 'cargo', [
  ...['clippy', '-p', 'rust-tunnel', '--no-default-features', '--lib', '--quiet', '--', '-D', 'warnings'],
]);
run('documentation', process.execPath, ['scripts/docs.mjs']);
bin('format and lint of TypeScript', 'biome', ['check', '--error-on-warnings', '.']);
bin('types of the package', 'tsc', ['-p', 'runner-native', '--noEmit']);
run('workflows', process.execPath, ['scripts/lint-workflows.mjs']);
