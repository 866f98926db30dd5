/** A server of its own process that reads and gives bytes, and counts what becomes of it. */
import { Readable } from 'node:stream';
import { setTimeout as later } from 'node:timers/promises';
import { type CallContext, type Stats, TunnelServer } from '@bluelibs/runner-native';
import { answerQuestions, possessions, residentBytes } from '../tools/processes';
import type { Counts } from '../tools/streams';

const PIECE = 65_536;

const server = new TunnelServer({
  port: 0,
  logger: {
    warn() {},
    error: () => {
      counts.logged += 1;
    },
  },
});
const counts: Counts = { begun: 0, aborted: 0, settled: 0, opened: 0, closed: 0, alive: 0, logged: 0 };
const gone = new FinalizationRegistry(() => {
  counts.alive -= 1;
});

/** Counts a call, its signal, and what is left of it. */
function counted(context: CallContext): void {
  counts.begun += 1;
  counts.alive += 1;
  gone.register(context, undefined);
  context.signal.addEventListener('abort', () => {
    counts.aborted += 1;
  });
}

async function size({ body }: CallContext, bytesPerSecond = Number.POSITIVE_INFINITY): Promise<number> {
  let bytes = 0;
  const begun = performance.now();
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    const due = (bytes / bytesPerSecond) * 1000 - (performance.now() - begun);
    if (due > 5) await later(due);
  }
  return bytes;
}

function giving(bytes: number, bytesPerSecond = Number.POSITIVE_INFINITY): Readable {
  let given = 0;
  const begun = performance.now();
  return new Readable({
    async read() {
      if (given >= bytes) {
        this.push(null);
        return;
      }
      const due = (given / bytesPerSecond) * 1000 - (performance.now() - begun);
      if (due > 5) await later(due);
      const piece = Buffer.alloc(Math.min(PIECE, bytes - given));
      given += piece.length;
      this.push(piece);
    },
  });
}

server
  .registerTask('size', (_input: unknown, context) => size(context))
  .registerTask('size.slowly', (_input: unknown, context) =>
    size(context, Number(context.headers['x-bytes-per-second'])),
  )
  .registerTask('give', ({ bytes, bytesPerSecond }: { bytes: number; bytesPerSecond?: number }) =>
    giving(bytes, bytesPerSecond),
  )
  .registerTask('count.up', async (_input: unknown, context) => {
    counted(context);
    try {
      return await size(context);
    } finally {
      counts.settled += 1;
    }
  })
  // Returns a stream when its client has long gone.
  .registerTask('count.late', async (_input: unknown, context) => {
    counted(context);
    try {
      await size(context);
    } catch {
      await later(1);
    }
    counts.settled += 1;
    return watched(giving(PIECE));
  })
  .registerTask('count.down', (_input: unknown, context) => {
    counted(context);
    counts.settled += 1;
    return watched(giving(Number.POSITIVE_INFINITY));
  });

function watched(source: Readable): Readable {
  counts.opened += 1;
  return source.on('close', () => {
    counts.closed += 1;
  });
}

answerQuestions({
  listen: async (): Promise<number> => (await server.listen()).port,
  stats: (): Stats => server.stats(),
  possessions,
  resident: collectedBytes,
  counts: async (): Promise<Counts> => {
    await collectedBytes();
    return counts;
  },
});

/** The resident memory after everything that JavaScript has let go of was collected (`--expose-gc`). */
async function collectedBytes(): Promise<number> {
  // Finalizers and weak references take turns of the loop between collections.
  for (let turn = 0; turn < 5; turn++) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return residentBytes();
}
