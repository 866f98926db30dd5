/** The command line of the benchmark. */
import { parseArgs } from 'node:util';

export const USAGE = `usage: npm run bench -- [json|growth|streams|workers] [options]

  --rounds N            rounds in which every contender has its turn (default 5; 6 or more for 95 % intervals)
  --seconds S           length of one measurement, whole seconds (default 3; not of streams, which have a size)
  --connections 1,4,64  keep-alive connections to measure at; of streams, how many transfers at a time
  --only a,b            only these contenders
  --out FILE            where to write the results (default benchmarks/results/local/)`;

/** The command line asks for something that is not there. */
export class UsageError extends Error {}

/** Something must be installed first. */
export class MissingTool extends Error {}

/** @typedef {import('./kinds/json.mjs').Work | import('./kinds/streams.mjs').StreamWork} AnyWork */

/**
 * @typedef {object} Options
 * @property {AnyWork} work
 * @property {number} rounds @property {number} seconds @property {number[]} connections
 * @property {import('./contenders.mjs').Entry[]} entries
 * @property {string | undefined} out
 */

/**
 * @param {string[]} argv
 * @param {Record<string, AnyWork>} kinds
 * @param {(work: AnyWork) => import('./contenders.mjs').Entry[]} contendersOf
 * @returns {Options}
 */
export function parseOptions(argv, kinds, contendersOf) {
  const { values, positionals } = read(argv);
  const [kind = 'json', ...more] = positionals;
  if (more.length > 0) throw new UsageError(`one benchmark at a time, not ${positionals.join(' and ')}`);
  const work = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (!work) throw new UsageError(`no benchmark is called ${kind}, only ${Object.keys(kinds).join(', ')}`);
  return {
    work,
    rounds: positive('rounds', values.rounds ?? '5'),
    seconds: positive('seconds', values.seconds ?? '3'),
    connections: values.connections
      ? [...new Set(values.connections.split(',').map((text) => positive('connections', text)))]
      : work.connections,
    entries: chosen(values.only?.split(',') ?? work.contenders, contendersOf(work)),
    out: values.out,
  };
}

/** @param {string[]} argv */
function read(argv) {
  const text = /** @type {const} */ ({ type: 'string' });
  const options = { rounds: text, seconds: text, connections: text, only: text, out: text };
  try {
    return parseArgs({ args: argv, allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(error.message);
  }
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
  if (unknown.length === 0) return contenders.filter(({ name }) => names.includes(name));
  throw new UsageError(`no contender is called ${unknown.join(' or ')}; there are ${known.join(', ')}`);
}
