export type * from './worker.js';

import worker from './worker.js';

export const { serveWorker } = worker;
