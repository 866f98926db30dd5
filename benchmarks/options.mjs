/** The command line of the benchmark. */
import { parseArgs } from 'node:util';

export const USAGE = `usage: npm run bench -- [KIND] [options]

KIND is json, payload, latency, growth, memory, startup, streams or workers; without one all of them are run in turn.

  --rounds N            rounds in which every contender has its turn (default 10, of startup 20; 6 are needed for
                        95 % intervals)
  --seconds S           length of one measurement, whole seconds (default 3; not of streams and startup)
  --connections 1,4,64  keep-alive connections to measure at; of streams, how many transfers at a time
  --only a,b            only these contenders
  --out FILE            where to write the results (default benchmarks/results/local/)

The last three need a KIND.`;

const ROUNDS = 10;
const SECONDS = 3;
/** What means something else, or nothing, to another kind. */
const OF_ONE_KIND = ['connections', 'only', 'out'];

/** The command line asks for something that is not there. */
export class UsageError extends Error {}

/** Something must be installed first. */
export class MissingTool extends Error {}

/** @typedef {import('./kinds.mjs').Kind} Kind */

/**
 * @typedef {object} Options Of one kind of benchmark.
 * @property {import('./kinds.mjs').AnyWork} work @property {import('./kinds.mjs').Bench} bench
 * @property {number} rounds @property {number} seconds @property {number[]} connections
 * @property {import('./contenders.mjs').Entry[]} entries
 * @property {string | undefined} out
 */

/** @param {string[]} argv @param {Kind[]} kinds @returns {Options[]} What is to be run, in turn. */
export function parseOptions(argv, kinds) {
  const { values, positionals } = read(argv);
  const [name, ...more] = positionals;
  if (more.length > 0)
    throw new UsageError(`one benchmark at a time, or all, not ${positionals.join(' and ')}`);
  if (name !== undefined) return [optionsOf(found(name, kinds), values)];
  const option = OF_ONE_KIND.find((one) => values[one] !== undefined);
  if (option) throw new UsageError(`--${option} is of one benchmark: name it`);
  return kinds.map((kind) => optionsOf(kind, values));
}

/** @param {Kind} kind @param {Record<string, string | undefined>} values @returns {Options} */
function optionsOf({ work, contenders, bench }, values) {
  return {
    work,
    bench,
    rounds: values.rounds ? positive('rounds', values.rounds) : (work.rounds ?? ROUNDS),
    seconds: values.seconds ? positive('seconds', values.seconds) : SECONDS,
    connections: values.connections
      ? [...new Set(values.connections.split(',').map((text) => positive('connections', text)))]
      : work.connections,
    entries: chosen(values.only?.split(',') ?? work.contenders, contenders),
    out: values.out,
  };
}

/** @param {string[]} argv @returns {{ values: Record<string, string | undefined>, positionals: string[] }} */
function read(argv) {
  const text = /** @type {const} */ ({ type: 'string' });
  const options = { rounds: text, seconds: text, connections: text, only: text, out: text };
  try {
    return /** @type {ReturnType<typeof read>} */ (
      parseArgs({ args: argv, allowPositionals: true, options })
    );
  } catch (error) {
    throw new UsageError(error.message);
  }
}

/** @param {string} name @param {Kind[]} kinds */
function found(name, kinds) {
  const kind = kinds.find(({ work }) => work.name === name);
  if (kind) return kind;
  throw new UsageError(
    `no benchmark is called ${name}, only ${kinds.map(({ work }) => work.name).join(', ')}`,
  );
}

/** @param {string} name @param {string} text */
function positive(name, text) {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new UsageError(`--${name} takes whole numbers from 1 to 99999, not ${JSON.stringify(text)}`);
}

/** @param {string[]} names @param {import('./contenders.mjs').Entry[]} contenders */
function chosen(names, contenders) {
  const known = contenders.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new UsageError(`no contender is called ${unknown.join(' or ')}; there are ${known.join(', ')}`);
  }
  return names.map((name) => contenders.find((entry) => entry.name === name));
}
