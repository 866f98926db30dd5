import { globals, r } from '@bluelibs/runner/node';
import type { Notes } from '../notes';

/** Listens to everything the app logs. */
export function logs(notes: Notes) {
  return r
    .resource('contract.logs')
    .dependencies({ logger: globals.resources.logger })
    .init(async (_config, { logger }) => {
      logger.onLog((record) => notes.log(record));
    })
    .build();
}
