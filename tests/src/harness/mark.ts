/** Comes before a log record in a worker's standard error. */
export const MARK = '@@tunnel-log ';
