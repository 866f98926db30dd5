/**
 * What every JavaScript contender needs to be a child of the benchmark: the token it is given, the line
 * that says it is ready, and the signal that ends it.
 */

/** The token that callers must send; the benchmark chooses it. */
export const token = process.env.BENCH_TOKEN ?? fail('BENCH_TOKEN is not set');

/**
 * For so long an idle connection stays open. Servers that end them by themselves all get this, so that `bench memory`
 * finds all of them open; what they have otherwise is 5 s (Node, ours), 10 s (Bun) or 72 s (fastify).
 */
export const KEEP_ALIVE_MS = 120_000;

/** Says on stdout that the server listens, and after how long by the process's own clock. @param {number} port */
export function announce(port) {
  const { nodeTiming } = performance; // What Node needs before it comes to the script is not the server's.
  const ms = nodeTiming && performance.now() - nodeTiming.bootstrapComplete;
  process.stdout.write(`${JSON.stringify({ port, ms })}\n`);
}

/** Runs `close` once when the benchmark ends this process. @param {() => unknown} close */
export function onTerminate(close) {
  process.once('SIGTERM', async () => {
    try {
      await close();
    } finally {
      process.exit();
    }
  });
}

/** @param {string} reason @returns {never} */
function fail(reason) {
  process.stderr.write(`${reason}: this server is started by benchmarks/run.mjs\n`);
  process.exit(1);
}
