/** `npm run bench:report`: draws the newest results of each kind in `results/` into `docs/charts/`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GALLERY } from './gallery.mjs';
import { newestResults } from './results.mjs';

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
