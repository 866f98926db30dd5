/**
 * `npm run bench`: every contender serves the same work in the same run, in turn; every answer is checked.
 *
 * Start all, verify all, warm up all, then rounds; then tables, and a file with every measurement. So for each kind.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ContenderError } from './contender.mjs';
import { KINDS } from './kinds.mjs';
import { machine, versions } from './machine.mjs';
import { MissingTool, parseOptions, USAGE, UsageError } from './options.mjs';
import { WrongAnswer } from './verify.mjs';
import { LoadError } from './wrk.mjs';

/** What a run can end with, without anything being wrong with the benchmark itself. */
const EXPECTED = [UsageError, MissingTool, ContenderError, WrongAnswer, LoadError];

/** @typedef {import('./options.mjs').Options} Options */

const say = (/** @type {string} */ text) => process.stdout.write(`${text}\n`);

async function main() {
  const runs = parseOptions(process.argv.slice(2), KINDS);
  for (const { bench, work } of runs) await bench.generator(work); // What is missing is missed at once.
  for (const [index, options] of runs.entries()) {
    if (runs.length > 1) say(`\n=== ${options.work.name}, ${index + 1} of ${runs.length}\n`);
    try {
      await run(options);
    } catch (error) {
      fail(error); // The others are not lost for it.
    }
  }
}

/** @param {Options} options */
async function run(options) {
  const { bench, work, entries } = options;
  const load = await bench.generator(work);
  const host = machine();
  const place = `${host.cpu}, ${host.cores} cores, ${host.kernel}; node ${process.version}; ${load}`;
  say(`${work.title}\n${place}\n`);

  const labels = Object.fromEntries(entries.map(({ name, label }) => [name, label]));
  const measured = await bench.measure(options, labels, say);
  say(`\n${bench.report(options, labels, measured)}`);
  save(options, { machine: host, versions: await versions(load), ...measured });
}

/** @param {Options} options @param {object} results */
function save({ work, rounds: count, seconds, connections, entries, out }, results) {
  const date = new Date().toISOString();
  const name = `${work.name}-${date.slice(0, 19).replaceAll(':', '-')}.json`;
  const file = out ?? fileURLToPath(new URL(`results/local/${name}`, import.meta.url));
  const parameters = { rounds: count, seconds, connections, contenders: entries.map((entry) => entry.name) };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ kind: work.name, date, parameters, ...results }, null, 2)}\n`);
  say(`\nwritten to ${relative(process.cwd(), file)}`);
}

/** @param {Error} error */
function fail(error) {
  const expected = EXPECTED.some((kind) => error instanceof kind);
  process.stderr.write(`\n${expected ? error.message : error.stack}\n`);
  if (error instanceof UsageError) process.stderr.write(`\n${USAGE}\n`);
  process.exitCode = error instanceof UsageError || error instanceof MissingTool ? 2 : 1;
}

main()
  .catch(fail)
  .finally(() => process.exitCode && process.exit());
