import type { Logger } from './application';
import { isThenable } from './reply';

/** Writes a record. A logger that fails, now or later, must not take the answer with it, or the process. */
export function log<Level extends string>(
  logger: Record<Level, Logger['warn']>,
  level: Level,
  message: string,
  data: Record<string, unknown>,
): void {
  try {
    const logged = logger[level](message, data);
    if (isThenable(logged)) logged.then(undefined, () => {});
  } catch {}
}
