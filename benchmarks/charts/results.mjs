/** Result files as the charts need them: the newest of each kind. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {object} Results
 * @property {string} file @property {string} kind @property {string} date
 * @property {{ rounds: number, connections: number[], contenders: string[] }} parameters
 * @property {{ cpu: string, cores: number }} machine @property {{ node: string }} versions
 * @property {(import('../summary.mjs').Line & { call?: string })[]} summary
 */

/** By kind, from the files right in a folder, not from those below. @param {string} folder @returns {Map<string, Results>} */
export function newestResults(folder) {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const all = files.map((file) => ({ file, ...JSON.parse(readFileSync(join(folder, file), 'utf8')) }));
  all.sort((a, b) => (a.date < b.date ? -1 : 1));
  return new Map(all.map((results) => [results.kind, results]));
}

/** Where and how it was measured, on one line. @param {Results} results */
export function provenance({
  parameters: { rounds },
  machine: { cpu, cores },
  versions: { node },
  date,
  summary,
}) {
  const [{ confidence }] = summary.flatMap((line) =>
    Object.values(line).filter((value) => typeof value?.confidence === 'number'),
  );
  const sure = `${(confidence * 100).toFixed(1)} %`;
  return `Median of ${rounds} rounds, whiskers: ${sure} interval. ${cpu}, ${cores} cores, Node ${node.slice(1)}, ${date.slice(0, 10)}`;
}
