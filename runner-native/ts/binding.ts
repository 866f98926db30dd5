import { hostTarget, TARGETS } from './target';

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
  /** Lends memory for a chunk; it may not be touched before a frame says that it was filled. */
  lend(number: number, buffer: Buffer): void;
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

const BUILT = 'native/runner-native.node';
const ABSENT = 'not there';
const DOCTOR = '`npx @bluelibs/runner-native doctor`';
const BUILD = 'build it in a clone with `npm run build` (Rust and a C toolchain)';

let native: Native | undefined;

/** One place where the addon was looked for, and why it could not be taken from there. */
export interface Attempt {
  readonly place: string;
  readonly failure: string;
}

/** There is no addon that this process can load; the message says where it was looked for, and what to do. */
export class AddonMissing extends Error {
  override readonly name = 'AddonMissing';

  constructor(
    readonly attempts: readonly Attempt[],
    readonly wayOut: string,
    cause: unknown,
  ) {
    const tried = attempts.map(({ place, failure }) => `${place}: ${failure}`).join('; ');
    const where = `${hostTarget()}, Node ${process.version}`;
    super(
      `@bluelibs/runner-native can't load its addon on ${where} (${tried}); ${wayOut}; ${DOCTOR} shows more`,
      { cause },
    );
  }
}

/**
 * Loads the addon when it is first needed.
 *
 * @throws {AddonMissing} when none can be loaded.
 */
export function loadNative(): Native {
  native ??= loadAddon().native;
  return native;
}

/**
 * Loads the addon, and says from where: as built in a clone, else from the package of this platform.
 *
 * @throws {AddonMissing} when none can be loaded.
 */
export function loadAddon(): { place: string; native: Native } {
  const places: [string, () => Native][] = [
    [BUILT, () => require(`../${BUILT}`) as Native],
    [platformPackage(), loadPackage],
  ];
  const attempts: Attempt[] = [];
  let cause: unknown;
  for (const [place, load] of places) {
    try {
      return { place, native: load() };
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const isAbsent = code === 'MODULE_NOT_FOUND';
      if (cause === undefined || !isAbsent) cause = error;
      attempts.push({ place, failure: isAbsent ? ABSENT : (message.split('\n', 1)[0] ?? '') });
    }
  }
  throw new AddonMissing(attempts, wayOut(attempts), cause);
}

function platformPackage(): string {
  return `@bluelibs/runner-native-${hostTarget()}`;
}

/** Both packages are published together: another version's addon speaks other frames. */
function loadPackage(): Native {
  const name = platformPackage();
  const { version } = require(`${name}/package.json`) as { version: string };
  const wanted = (require('../package.json') as { version: string }).version;
  if (version !== wanted) throw new Error(`version ${version}, but ${wanted} is needed`);
  return require(name) as Native;
}

function wayOut(attempts: readonly Attempt[]): string {
  if (!TARGETS.includes(hostTarget())) return `there is no binary for this platform: ${BUILD}`;
  // One that is there and can't be loaded needs a newer system, most often a newer C library.
  if (attempts.some(({ failure }) => failure !== ABSENT)) return `install the same version anew, or ${BUILD}`;
  return (
    'install it again on this platform, without --omit=optional and without the node_modules or the lock file of another ' +
    `one, or ${BUILD}`
  );
}
