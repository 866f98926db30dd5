/** The tasks of `bench workers`: one does nothing, one takes CPU, one takes a large body. */
import { crc32 } from 'node:zlib';

/** @param {typeof import('@bluelibs/runner/node')} runner */
export function workerTasks({ r }) {
  const add = async ({ a, b }) => a + b;
  const spin = async ({ rounds }) => spun(rounds);
  const digest = async ({ text }) => digested(text);
  return Object.entries({ add, spin, digest }).map(([name, run]) =>
    r.task(`app.tasks.${name}`).run(run).build(),
  );
}

/**
 * CPU and nothing else: each round needs the one before. A loop by the clock would end as early when it did not have
 * the CPU, and a contender that starves its own workers would not be seen to; so it is work that is counted, not time.
 *
 * @param {number} rounds
 */
export function spun(rounds) {
  let value = 1;
  for (let round = 0; round < rounds; round += 1) value = (Math.imul(value, 1664525) + 1013904223) | 0;
  return value >>> 0;
}

/** That every character has come, and in order. @param {string} text */
export function digested(text) {
  return { length: text.length, sum: crc32(text) };
}
