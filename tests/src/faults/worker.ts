/**
 * The worker of the fault tests. It keeps a journal of the calls that it began and ended: a line each, in a file of its
 * own, written before it goes on. What is written is with the kernel, so that no way to die loses any of it.
 */
import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import type { CallContext } from '@bluelibs/runner-native';
import { serveWorker } from '@bluelibs/runner-native/worker';
import { BEGUN, ENDED, JOURNAL } from './journal';

const { pid } = process;
const journal = openSync(join(process.env[JOURNAL] ?? '', String(pid)), 'a');
const kept: Buffer[] = [];

/** A task that stands in the journal, and answers who ran it. */
function journaled<Input>(run: (input: Input) => unknown) {
  return async (input: Input, { requestId }: CallContext): Promise<{ pid: number; requestId: string }> => {
    writeSync(journal, `${BEGUN}${requestId}\n`);
    await run(input);
    writeSync(journal, `${ENDED}${requestId}\n`);
    return { pid, requestId };
  };
}

void serveWorker((tunnel) => {
  tunnel
    .registerTask(
      'work',
      journaled(({ ms }: { ms: number }) => later(ms)),
    )
    // The loop never turns again.
    .registerTask(
      'block',
      journaled(() => {
        for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      }),
    )
    .registerTask(
      'grow',
      journaled(({ mib }: { mib: number }) => {
        // Written to: memory that was never touched is not resident.
        kept.push(Buffer.alloc(mib * 2 ** 20, 1));
      }),
    );
});
