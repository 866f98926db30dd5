import { hostTarget, TARGETS } from './target';

/** The class that `src/server.rs` exports: only what is used here. */
export interface NativeServer {
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
    cause: unknown,
  ) {
    const tried = attempts.map(({ place, failure }) => `${place}: ${failure}`).join('; ');
    super(
      `@bluelibs/runner-native can't load its addon on ${hostTarget()}, Node ${process.version} (${tried}); ${wayOut()}`,
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
  native ??= addonPlace().native;
  return native;
}

/**
 * Loads the addon, and says from where: as built in a clone, else from the package of this platform.
 *
 * @throws {AddonMissing} when none can be loaded.
 */
export function addonPlace(): { place: string; native: Native } {
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
      cause = error;
      const { code, message } = error as NodeJS.ErrnoException;
      const isAbsent = code === 'MODULE_NOT_FOUND';
      attempts.push({ place, failure: isAbsent ? 'not there' : (message.split('\n', 1)[0] ?? '') });
    }
  }
  throw new AddonMissing(attempts, cause);
}

const BUILT = 'native/runner-native.node';

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

function wayOut(): string {
  if (!TARGETS.includes(hostTarget())) {
    return 'there is no binary for this platform: build one from a clone with `npm run build` (Rust and a C toolchain)';
  }
  return (
    'install it again on this platform, without --omit=optional and without the node_modules or lock file of another one, ' +
    'or build it in a clone with `npm run build`; `npx @bluelibs/runner-native doctor` shows more'
  );
}
