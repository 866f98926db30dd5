/** Our server and a `node:http` server, side by side on the same bytes. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { TunnelServer } from '@bluelibs/runner-native';
import { RawConnection } from '../harness/raw';

/** What a server made of the bytes of one connection. */
export interface Outcome {
  /** Of every answer, interim ones too, in order. */
  readonly statuses: readonly number[];
  /** Whether the server ended the connection. */
  readonly closes: boolean;
  /** The version in the last status line; empty without one. */
  readonly version: string;
}

/** A server under test. */
export interface Subject {
  readonly port: number;
  stop(): Promise<void>;
}

/** `node:http` with its default options: reads each body to its end, then answers 200 and keeps the connection. */
export async function startNode(): Promise<Subject> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      // Without a length a connection of HTTP/1.0 would be closed.
      response.setHeader('Content-Length', 0);
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { port: (server.address() as AddressInfo).port, stop };
}

/** A server of ours without a task: what its parser lets pass is answered 401, 404 and the like. */
export async function startOurs(): Promise<Subject> {
  const logger = { warn() {}, error() {} };
  const server = new TunnelServer({ port: 0, auth: { token: 'nobody knows it' }, logger });
  const { port } = await server.listen();
  return { port, stop: () => server.close({ graceMs: 0 }) };
}

/** Sends each of `inputs` over a connection of its own, all at once, and waits until nothing more comes of it. */
export async function ask({ port }: Subject, inputs: readonly Buffer[]): Promise<Outcome[]> {
  const asked = await Promise.all(inputs.map((bytes) => Asked.open(port, bytes)));
  for (let before = -1, now = 0; before !== now; ) {
    before = now;
    await settle(port);
    now = asked.reduce((sum, { events }) => sum + events, 0);
  }
  return asked.map((one) => one.leave());
}

const EXCHANGES = 6;

/**
 * When this resolves, a server of one thread has accepted, read, judged and answered whatever had been sent before: a
 * later client has been accepted, and was answered some times in a row.
 */
export async function settle(port: number): Promise<void> {
  const witness = await RawConnection.open(port);
  for (let round = 0; round < EXCHANGES; round++) {
    await witness.write('GET /witness HTTP/1.1\r\nHost: localhost\r\n\r\n').read('GET');
  }
  witness.leave();
}

class Asked {
  events = 0;
  private closes = false;
  private readonly parts: Buffer[] = [];

  private constructor(private readonly socket: Socket) {
    const end = (): void => {
      if (!this.closes) this.events += 1;
      this.closes = true;
    };
    socket.on('data', (part) => {
      this.events += 1;
      this.parts.push(part);
    });
    // A reset ends a connection as well as anything.
    socket.on('end', end).on('error', end).on('close', end);
  }

  static async open(port: number, bytes: Buffer): Promise<Asked> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    await once(socket, 'connect');
    const asked = new Asked(socket);
    await new Promise((resolve) => {
      socket.write(bytes, resolve);
    });
    return asked;
  }

  leave(): Outcome {
    this.socket.destroy();
    const text = Buffer.concat(this.parts).toString('latin1');
    const lines = [...text.matchAll(/(HTTP\/1\.[01]) (\d{3}) /g)];
    const statuses = lines.map(([, , status]) => Number(status));
    return { statuses, closes: this.closes, version: lines.at(-1)?.[1] ?? '' };
  }
}

/** The statuses with which Node's parser and our guard refuse; no handler of these servers says one of them. */
const REFUSALS = [400, 413, 417, 431];

/** An outcome in a word: `accepted` or the refusal, and what became of the connection. */
export function verdict({ statuses, closes }: Omit<Outcome, 'version'>): string {
  const refusal = statuses.find((status) => REFUSALS.includes(status));
  const silent = closes && statuses.length === 0;
  const word = refusal === undefined ? (silent ? 'refused in silence' : 'accepted') : `refused ${refusal}`;
  return `${word}, ${closes ? 'closes' : 'open'}`;
}
