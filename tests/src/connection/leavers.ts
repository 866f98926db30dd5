/** The same calls on a `node:http` server and on ours, with all that can be seen of a client's leaving. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { TunnelServer } from '@bluelibs/runner-native';

/** `whole`: the request is there. `unread`: nobody reads its body yet. `reading`: its body is being read. */
export type Mode = 'whole' | 'unread' | 'reading';

/** What is known of one call, from inside of the server. */
export class Watched {
  readonly begun: Promise<void>;
  readonly released: Promise<void>;
  begin!: () => void;
  /** Lets go of what keeps the body from being read, or the answer from being written. */
  release!: () => void;
  /** Whether the handler has been given the whole request. */
  ran = false;
  noticed = (): boolean => false;

  constructor(readonly mode: Mode) {
    this.begun = new Promise((resolve) => {
      this.begin = resolve;
    });
    this.released = new Promise((resolve) => {
      this.release = resolve;
    });
  }
}

export interface Leaver {
  readonly name: string;
  readonly port: number;
  /** Watches the next call. */
  watch(mode: Mode): Watched;
  /** How many calls hold a place. */
  places(): number;
  /** How many calls were answered with what their handlers said. */
  answers(): number;
  stop(): Promise<void>;
}

/** The exchanges of `settle()` ask for this. */
const isWitness = (url: string | undefined): boolean => url === '/witness';

export async function startNodeLeaver(): Promise<Leaver> {
  let next: Watched;
  let places = 0;
  let answers = 0;
  let socket: Socket | undefined;
  const server = createServer((request, response) => {
    if (isWitness(request.url)) {
      response.writeHead(404, { 'Content-Length': 0 }).end();
      return;
    }
    const watched = next;
    // A queued request: Node shows it at once, and never says what became of it.
    if (request.socket === socket) return;
    ({ socket } = request);
    let left = false;
    watched.noticed = () => left;
    places += 1;
    request.on('error', () => {});
    response.on('finish', () => {
      answers += 1;
    });
    response.on('close', () => {
      left = !response.writableFinished;
      places -= 1;
    });
    const run = (): void => {
      watched.ran = true;
    };
    if (watched.mode === 'reading') request.on('data', () => {}).on('end', run);
    if (watched.mode === 'whole') run();
    watched.begin();
    // A handler that did not look whether anybody still waits.
    void watched.released.then(() => response.end('too late'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    name: 'node:http',
    port: (server.address() as AddressInfo).port,
    watch: (mode) => {
      next = new Watched(mode);
      return next;
    },
    places: () => places,
    answers: () => answers,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

export async function startOurLeaver(): Promise<Leaver> {
  let next: Watched;
  const server = new TunnelServer({
    port: 0,
    auth: {
      async validate() {
        const watched = next;
        if (watched.mode !== 'whole') {
          // There is no handler yet, so no signal: the connection is gone from the numbers.
          watched.noticed = () => server.stats().connections === 0;
          watched.begin();
        }
        if (watched.mode === 'unread') await watched.released;
        return true;
      },
    },
  });
  server.registerTask('call', async (_input: unknown, { signal }) => {
    const watched = next;
    watched.ran = true;
    watched.noticed = () => signal.aborted;
    watched.begin();
    await watched.released;
  });
  const { port } = await server.listen();
  return {
    name: 'ours',
    port,
    watch: (mode) => {
      next = new Watched(mode);
      return next;
    },
    places: () => server.stats().inFlight,
    answers: () => server.stats().answered[200] ?? 0,
    stop: () => server.close({ graceMs: 0 }),
  };
}
