/** What is measured: how each figure is called in tables and in words, and how it is written. */

/** @typedef {keyof typeof FIGURES} Figure */

export const whole = (/** @type {number} */ value) => value.toFixed(0);
export const tenths = (/** @type {number} */ value) => value.toFixed(1);
export const hundredths = (/** @type {number} */ value) => value.toFixed(2);
export const rate = (/** @type {number} */ value) =>
  value >= 1000 ? `${(value / 1000).toFixed(1)}k` : value.toFixed(0);

export const FIGURES = {
  reqPerSec: { column: 'req/s', name: 'req/s', format: rate },
  p50Us: { column: 'p50 us', name: 'p50 us', format: whole },
  p99Us: { column: 'p99 us', name: 'p99 us', format: whole },
  p999Us: { column: 'p99.9 us', name: 'p99.9 us', format: whole },
  lateP99Us: { column: 'late p99', name: 'how late the load itself was', format: whole },
  cpuUs: { column: 'cpu us/req', name: 'CPU us per request', format: tenths },
  jsUs: { column: 'js us/req', name: 'JavaScript CPU us per request', format: tenths },
  busyMiB: { column: 'busy MiB', name: 'MiB resident under load', format: tenths },
  idleBytes: { column: 'bytes/idle', name: 'bytes of an idle connection', format: whole },
  freshMiB: { column: 'fresh MiB', name: 'MiB resident when it listens', format: tenths },
  idleCpuMs: { column: 'idle cpu ms', name: 'CPU ms in 2 s without a request', format: hundredths },
  insideMs: { column: 'inside ms', name: 'ms from the first line to listening', format: tenths },
  listenMs: { column: 'listens ms', name: 'ms from the start to listening', format: tenths },
  startCpuMs: { column: 'cpu ms', name: 'CPU ms from the start to listening', format: tenths },
  answerMs: { column: 'answers ms', name: 'ms from the start to the first answer', format: tenths },
};

/** Of small calls; the first one is what ratios are made of. @type {Figure[]} */
export const CALL_FIGURES = ['reqPerSec', 'p50Us', 'p99Us', 'p999Us', 'cpuUs', 'jsUs'];
