/** The shape of `native/`, which is generated: only what is used here. */
export interface NativeServer {
  listen(
    options: { host: string; port: number; reusePort: boolean; ioThreads: number },
    doorbell: () => void,
  ): number;
  drain(inbox: Buffer, first: boolean): number;
  respond(outbox: Buffer, length: number): void;
  close(graceMs: number): void;
  release(): void;
  hold(alive: boolean): void;
  stats(): {
    inFlight: number;
    queued: number;
    abandoned: number;
    connections: number;
    answered: number[];
  };
}

interface Native {
  NativeServer: new (settings: string) => NativeServer;
}

let native: Native | undefined;

/**
 * Loads the addon when it is first needed.
 *
 * @throws {Error} when there is no binary for this platform; the message says what to do.
 */
export function loadNative(): Native {
  try {
    native ??= require('../native/index.js') as Native;
  } catch (cause) {
    const platform = `${process.platform}-${process.arch}, Node ${process.version}`;
    const hint = 'install the package again without --omit=optional, or build it with `npm run build`';
    throw new Error(`@bluelibs/runner-native has no binary for this platform (${platform}): ${hint}`, {
      cause,
    });
  }
  return native;
}
