// node benchmarks/objects/objects.mjs: what it costs to make JavaScript's objects through Node-API, beside JSON.parse of the
// text of the same. Why the front hands over text: docs/ARCHITECTURE.md. Needs a C compiler and Node's headers.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROUNDS = 9;
const SOURCE = fileURLToPath(new URL('objects.c', import.meta.url));
const headers = join(dirname(dirname(process.execPath)), 'include/node');

const folder = mkdtempSync(join(tmpdir(), 'objects-'));
const addon = join(folder, 'objects.node');
const flags = [
  '-O2',
  '-shared',
  '-fPIC',
  ...(process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : []),
];
execFileSync('cc', [...flags, `-I${headers}`, '-o', addon, SOURCE]);
/** @type {Record<'small' | 'large', () => object>} */
const made = createRequire(import.meta.url)(addon);

for (const [make, times] of /** @type {const} */ ([
  [made.small, 200_000],
  [made.large, 1_000],
])) {
  const text = JSON.stringify(make());
  const bytes = Buffer.from(text);
  assert.deepEqual(JSON.parse(text), make());
  /** @type {Record<string, () => unknown>} */
  const ways = {
    'made through Node-API': make,
    'JSON.parse of a string': () => JSON.parse(text),
    'JSON.parse of bytes': () => JSON.parse(bytes.toString()),
  };
  console.log(`${text.length} bytes`);
  /** @type {Record<string, number[]>} */
  const taken = {};
  // In turn, so that what else the machine does meets all of them.
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, way] of Object.entries(ways)) {
      taken[name] ??= [];
      taken[name].push(microseconds(way, times));
    }
  }
  for (const [name, values] of Object.entries(taken)) {
    const sorted = values.sort((a, b) => a - b).map((value) => value.toFixed(2));
    console.log(`  ${name.padEnd(24)}${sorted[(ROUNDS - 1) / 2]} us [${sorted[1]}-${sorted[ROUNDS - 2]}]`);
  }
}
rmSync(folder, { recursive: true });

/** Of one call. @param {() => unknown} way @param {number} times @returns {number} */
function microseconds(way, times) {
  const from = process.hrtime.bigint();
  for (let time = 0; time < times; time++) way();
  return Number(process.hrtime.bigint() - from) / times / 1000;
}
