/** The class that `src/server.rs` exports: only what is used here. */
export interface NativeServer {
  /** Whether it is an IP address, and no name. */
  isAddress(host: string): boolean;
  listen(
    options: { host: string; port: number; reusePort: boolean; ioThreads: number },
    doorbell: () => void,
  ): number;
  drain(inbox: Buffer, first: boolean): number;
  /** Copies the bytes of a chunk that stands apart from the frames of the last drain; once. */
  copyPiece(number: number, into: Buffer): void;
  respond(outbox: Buffer, length: number): void;
  /** Takes bytes of an answer, which go with the next {@link respond}, before its frames. */
  respondData(id: number, bytes: Uint8Array): void;
  close(graceMs: number): void;
  /** Changes what counts from now on, for open connections too; 0 is no limit, as in `http.Server`. */
  tune(name: 'headMs' | 'requestMs' | 'keepAliveMs' | 'maxConnections', value: number): void;
  /** As `http.Server.closeIdleConnections()`. */
  closeIdle(): void;
  /** As `http.Server.closeAllConnections()`: calls are cancelled, and it goes on listening. */
  closeAll(): void;
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

const FILE = 'native/runner-native.node';

/**
 * Loads the addon when it is first needed.
 *
 * @throws {Error} when there is no binary for this platform; the message says what to do.
 */
export function loadNative(): Native {
  try {
    native ??= require(`../${FILE}`) as Native;
  } catch (cause) {
    throw new Error(unavailable(cause), { cause });
  }
  return native;
}

function unavailable(cause: unknown): string {
  const where = `${process.platform}-${process.arch}, Node ${process.version}`;
  const { code, message } = cause as NodeJS.ErrnoException;
  const why = code === 'MODULE_NOT_FOUND' ? 'the file is missing' : message;
  const wayOut = 'build it with `npm run build` (Rust and a C toolchain), or install the package anew';
  return `@bluelibs/runner-native can't load ${FILE} on ${where}: ${why}; ${wayOut}`;
}
