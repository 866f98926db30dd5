/**
 * `npm run bench`: every contender serves the same work in the same run, in turn; every answer is checked.
 *
 * Start all, verify all, warm up all, then rounds; then tables, and a file with every measurement.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Contender, ContenderError } from './contender.mjs';
import { CONTENDERS } from './contenders.mjs';
import { growth } from './kinds/growth.mjs';
import { json } from './kinds/json.mjs';
import { machine, versions } from './machine.mjs';
import { idleCpu, rounds, warmUp } from './measure.mjs';
import { parseOptions, USAGE, UsageError } from './options.mjs';
import { footnotes, idleLines, progress, tables, verdicts } from './report.mjs';
import { summarise } from './summary.mjs';
import { verify, WrongAnswer } from './verify.mjs';
import { GENERATOR_LIMIT, LoadError, wrkVersion } from './wrk.mjs';

const KINDS = { json, growth };
const NO_WRK = `wrk is not on the PATH; it makes the load. Install it:
  Debian, Ubuntu   apt-get install wrk
  macOS            brew install wrk`;

/** @typedef {import('./options.mjs').Options} Options */

const say = (/** @type {string} */ text) => process.stdout.write(`${text}\n`);

async function main() {
  const options = parseOptions(process.argv.slice(2), KINDS, CONTENDERS);
  const wrk = await wrkVersion();
  if (!wrk) throw new UsageError(NO_WRK);
  const host = machine();
  const place = `${host.cpu}, ${host.cores} cores, ${host.kernel}; node ${process.version}; ${wrk}`;
  say(`${options.work.title}\n${place}\n`);

  const measured = await measure(options);
  const summary = summarise(measured.rows, GENERATOR_LIMIT);
  print(options, summary, measured);
  save(options, { machine: host, versions: await versions(wrk), ...measured, summary });
}

/** @param {Options} options */
async function measure(options) {
  /** @type {Contender[]} */
  const contenders = [];
  try {
    for (const entry of options.entries) {
      const contender = await Contender.start(entry);
      contenders.push(contender);
      await verify(contender, options.work);
      say(`${entry.label} answers as it should`);
    }
    say('warming up');
    await warmUp(contenders, options);
    const rows = await play(contenders, options);
    return { rows, idleMs: await idleCpu(contenders) };
  } finally {
    await Promise.all(contenders.map((contender) => contender.stop()));
  }
}

/** @param {Contender[]} contenders @param {Options} options */
async function play(contenders, options) {
  const labels = labelsOf(options);
  const total = options.rounds * options.connections.length * contenders.length;
  /** @type {import('./measure.mjs').Row[]} */
  const rows = [];
  for await (const row of rounds(contenders, options)) {
    rows.push(row);
    say(progress(row, labels[row.contender], `${rows.length}/${total}`));
  }
  return rows;
}

/** @param {Options} options @param {import('./summary.mjs').Line[]} summary @param {object} measured */
function print(options, summary, { rows, idleMs }) {
  const labels = labelsOf(options);
  say(`\n${tables(summary, labels)}\n\n${footnotes(summary, rows)}`);
  say(`\nCPU over 2 s without a request\n${idleLines(idleMs, labels)}`);
  say(`\nthe ratios that matter\n${verdicts(rows, options.work.targets, labels)}`);
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

/** @param {Options} options */
function labelsOf({ entries }) {
  return Object.fromEntries(entries.map(({ name, label }) => [name, label]));
}

main().catch((error) => {
  const expected = [UsageError, ContenderError, WrongAnswer, LoadError].some((kind) => error instanceof kind);
  process.stderr.write(`\n${expected ? error.message : error.stack}\n`);
  if (error instanceof UsageError && error.message !== NO_WRK) process.stderr.write(`\n${USAGE}\n`);
  process.exit(error instanceof UsageError ? 2 : 1);
});
