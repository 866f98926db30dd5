/**
 * `npm run bench:report`: draws the newest results of each kind in `results/` into `docs/charts/`, and writes their tables
 * into `docs/BENCHMARKS.md`.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GALLERY } from './gallery.mjs';
import { newestResults } from './results.mjs';
import { filled, printed } from './tables.mjs';

const [from, to] = [
  process.argv[2] ?? fileURLToPath(new URL('../results', import.meta.url)),
  process.argv[3] ?? fileURLToPath(new URL('../../docs/charts', import.meta.url)),
];

const results = newestResults(from);
mkdirSync(to, { recursive: true });
for (const [name, { kind, draw }] of Object.entries(GALLERY)) {
  const newest = results.get(kind);
  const svg = newest ? draw(newest) : null;
  const file = join(to, `${name}.svg`);
  if (svg) writeFileSync(file, svg);
  const why = newest ? `${newest.file} does not have what it shows` : `no results of ${kind}`;
  console.log(svg ? `${relative('', file)}  from ${newest.file}` : `${name} is not drawn: ${why}`);
}

// Other results than the project's own have no document.
if (process.argv.length === 2) {
  const document = fileURLToPath(new URL('../../docs/BENCHMARKS.md', import.meta.url));
  const tablesOf = (/** @type {string} */ kind) => {
    const newest = results.get(kind);
    return newest && printed(newest);
  };
  writeFileSync(document, filled(readFileSync(document, 'utf8'), tablesOf));
  console.log(`${relative('', document)}  with the tables of each kind`);
}
