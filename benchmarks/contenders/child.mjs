/**
 * What every JavaScript contender needs to be a child of the benchmark: the token it is given, the line
 * that says it is ready, and the signal that ends it.
 */

/** The token that callers must send; the benchmark chooses it. */
export const token = process.env.BENCH_TOKEN ?? fail('BENCH_TOKEN is not set');

/** Says on stdout that the server listens. @param {number} port */
export function announce(port) {
  process.stdout.write(`${JSON.stringify({ port })}\n`);
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
