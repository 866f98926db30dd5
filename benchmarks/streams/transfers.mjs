/** Benchmarks of large bodies: load by sockets of our own, for wrk can't send or check such bodies without end. */
import { createRequire } from 'node:module';
import { Contender } from '../contender.mjs';
import { MissingTool } from '../options.mjs';
import { footnotes } from '../report.mjs';
import { progress, summary, tables, verdicts } from './figures.mjs';
import { prepareTransfers } from './generator.mjs';
import { rounds, verifyAll } from './measure.mjs';

/** @typedef {import('../options.mjs').Options & { work: import('../kinds/streams.mjs').StreamWork }} Options */
/** @typedef {import('../report.mjs').Labels} Labels */

const RATIOS = 'MiB/s, MiB of payload, counted once where it goes there and back';

/** What makes the load. */
export async function generator() {
  try {
    createRequire(import.meta.url).resolve('busboy');
  } catch {
    throw new MissingTool('busboy is not installed; nodeExposure parses uploads with it: npm install');
  }
  return prepareTransfers();
}

/** @param {Options} options @param {Labels} labels @param {(text: string) => void} say */
export async function measure(options, labels, say) {
  /** @type {Contender[]} */
  const contenders = [];
  try {
    for (const entry of options.entries) contenders.push(await Contender.start(entry));
    say('checking every byte, and warming up');
    const served = await verifyAll(contenders, options);
    const notServed = Object.fromEntries([...served].map(([{ name }, { refused }]) => [name, refused]));
    for (const line of refusals(notServed, labels)) say(line);
    const rows = [];
    for await (const row of rounds(served, options)) {
      rows.push(row);
      say(progress(row, labels[row.contender], options.rounds));
    }
    // What was measured was checked by its count and in samples; at the end once more byte by byte.
    await verifyAll(contenders, options);
    return { rows, notServed, summary: summary(rows) };
  } finally {
    await Promise.all(contenders.map((contender) => contender.stop()));
  }
}

/** The tables. @param {Options} options @param {Labels} labels @param {Awaited<ReturnType<typeof measure>>} measured */
export function report({ work }, labels, { rows, notServed, summary: lines }) {
  const missing = refusals(notServed, labels).map((line) => `  ${line}`);
  return [
    tables(lines, labels, work),
    [footnotes(lines[0].mibPerSec, RATIOS, lines, rows), ...missing].join('\n'),
    `the ratios that matter\n${verdicts(rows, notServed, work, labels)}`,
  ].join('\n\n');
}

/** @param {Record<string, Record<string, string>>} notServed @param {Labels} labels */
function refusals(notServed, labels) {
  return Object.entries(notServed).flatMap(([name, refused]) =>
    Object.entries(refused).map(([transfer, why]) => `not served: ${transfer} by ${labels[name]} (${why})`),
  );
}
