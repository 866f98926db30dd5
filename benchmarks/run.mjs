/**
 * `npm run bench`: every contender serves the same work in the same run, in turn; every answer is checked.
 *
 * Start all, verify all, warm up all, then rounds; then tables, and a file with every measurement.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as calls from './calls.mjs';
import { ContenderError } from './contender.mjs';
import { CONTENDERS, STREAM_CONTENDERS, WORKER_CONTENDERS } from './contenders.mjs';
import { growth } from './kinds/growth.mjs';
import { json } from './kinds/json.mjs';
import { streams } from './kinds/streams.mjs';
import { workers } from './kinds/workers.mjs';
import { machine, versions } from './machine.mjs';
import { MissingTool, parseOptions, USAGE, UsageError } from './options.mjs';
import * as transfers from './streams/transfers.mjs';
import { WrongAnswer } from './verify.mjs';
import { LoadError } from './wrk.mjs';

const KINDS = { json, growth, streams, workers };
/** Who takes part, where it is not who takes part otherwise. */
const CONTENDERS_OF = new Map([
  [streams, STREAM_CONTENDERS],
  [workers, WORKER_CONTENDERS],
]);
const EXPECTED = [UsageError, MissingTool, ContenderError, WrongAnswer, LoadError];

/** @typedef {import('./options.mjs').Options} Options */

const say = (/** @type {string} */ text) => process.stdout.write(`${text}\n`);

async function main() {
  const contendersOf = (/** @type {object} */ work) => CONTENDERS_OF.get(work) ?? CONTENDERS;
  const options = parseOptions(process.argv.slice(2), KINDS, contendersOf);
  const bench = options.work === streams ? transfers : calls;
  const load = await bench.generator();
  const host = machine();
  const place = `${host.cpu}, ${host.cores} cores, ${host.kernel}; node ${process.version}; ${load}`;
  say(`${options.work.title}\n${place}\n`);

  const labels = Object.fromEntries(options.entries.map(({ name, label }) => [name, label]));
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

main().catch((error) => {
  const expected = EXPECTED.some((kind) => error instanceof kind);
  process.stderr.write(`\n${expected ? error.message : error.stack}\n`);
  if (error instanceof UsageError) process.stderr.write(`\n${USAGE}\n`);
  process.exit(error instanceof UsageError || error instanceof MissingTool ? 2 : 1);
});
