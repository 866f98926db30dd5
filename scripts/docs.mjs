// npm run docs: the documentation of both languages' interfaces, in target/. A warning is an error.
import { join } from 'node:path';
import { install, installIn, root, run, targetFolder } from './steps.mjs';

const tools = join(root, 'tests', 'docs');

install();
installIn(tools, 'typedoc');
const out = join(targetFolder(), 'typedoc');
run('documentation of the package', join(tools, 'node_modules', '.bin', 'typedoc'), [
  ...['--options', join(tools, 'typedoc.json'), '--out', out],
]);
run('documentation of Rust', 'cargo', ['doc', '--workspace', '--no-deps', '--quiet'], {
  env: { ...process.env, RUSTDOCFLAGS: '-D warnings' },
});
console.log(`\n${join(out, 'index.html')}\n${join(targetFolder(), 'doc', 'rust_tunnel', 'index.html')}`);
