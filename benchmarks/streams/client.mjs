/**
 * The load generator of `bench streams`, a process of its own: its parent sends a job, it answers with what it saw.
 * The clock runs from the first byte that is sent to the last that is read; connections are open before.
 */
import { Connection } from './connection.mjs';

/**
 * @typedef {import('./requests.mjs').Wanted & { port: number, connections: number, count: number }} Job
 *   `count` transfers in all, `connections` of them at a time.
 *
 * @typedef {object} Done
 * @property {number} wallMs
 * @property {number} cpuMs What this process took of the CPU meanwhile.
 * @property {import('./connection.mjs').Seen[]} seen One for each transfer.
 */

/** @param {Job} job @returns {Promise<Done>} */
async function work({ port, connections, count, ...wanted }) {
  const lanes = Array.from({ length: connections }, () => new Connection(port));
  try {
    await Promise.all(lanes.map((lane) => lane.open()));
    /** @type {Done['seen']} */
    const seen = [];
    let begun = 0;
    const cpu = process.cpuUsage();
    const start = performance.now();
    await Promise.all(
      lanes.map(async (lane) => {
        while (begun < count) {
          begun += 1;
          seen.push(await lane.transfer(wanted));
        }
      }),
    );
    const wallMs = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    return { wallMs, cpuMs: (user + system) / 1000, seen };
  } finally {
    for (const lane of lanes) lane.close();
  }
}

process.on('message', async (job) => {
  try {
    process.send({ done: await work(job) });
  } catch (error) {
    process.send({ error: error.code ?? error.message });
  }
});
process.on('disconnect', () => process.exit());
