/** Clients that call all the time, each over one connection and one call after the other. */
import { RawConnection } from '../harness/raw';
import { request, taskRequest } from '../harness/request';
import { seeded } from '../long/tools/streams';
import type { Entry, Ledger } from './ledger';

/** How long a call of the load may take to run. */
const LEAST_MS = 2;
const MOST_MS = 40;
/** Every so many calls one may be repeated; every so many one is larger than what a call carries at once. */
const REPEATABLE_EVERY = 8;
const LARGE_EVERY = 33;
const PADDING = 'x'.repeat(300_000);

export class Load {
  private readonly random: () => number;
  private readonly clients: Promise<void>[];
  private stopped = false;

  constructor(
    private readonly port: number,
    private readonly ledger: Ledger,
    clients: number,
    seed: number,
  ) {
    this.random = seeded(seed);
    this.clients = Array.from({ length: clients }, () => this.callAllTheTime());
  }

  /** A call beside the load, over a connection of its own. */
  call(id: string, input: unknown): { entry: Entry; done: Promise<void> } {
    const entry = this.ledger.begin(false);
    const answer = async (): Promise<void> => {
      const connection = await RawConnection.open(this.port);
      await this.exchange(connection, entry, id, input);
      await this.leave(connection, entry);
    };
    return { entry, done: answer() };
  }

  /** Ends when every call has its answer. */
  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.clients);
  }

  private async callAllTheTime(): Promise<void> {
    let connection: RawConnection | undefined;
    let entry: Entry | undefined;
    for (let count = 1; !this.stopped; count++) {
      connection ??= await RawConnection.open(this.port);
      entry = this.ledger.begin(count % REPEATABLE_EVERY === 0);
      const ms = Math.round(LEAST_MS + this.random() * (MOST_MS - LEAST_MS));
      const padding = count % LARGE_EVERY === 0 ? PADDING : undefined;
      await this.exchange(connection, entry, 'work', { ms, padding });
      if (entry.broken !== undefined) connection = undefined;
    }
    if (connection && entry) await this.leave(connection, entry);
  }

  private async exchange(connection: RawConnection, entry: Entry, id: string, input: unknown): Promise<void> {
    const key: Record<string, string> = entry.repeatable ? { 'Idempotency-Key': entry.id } : {};
    const headers = { 'x-runner-request-id': entry.id, ...key };
    try {
      const answer = await connection.write(request(taskRequest(id, input, headers))).read();
      this.ledger.answered(entry, answer);
    } catch (error) {
      entry.broken = (error as Error).message;
      connection.leave();
    }
  }

  /** The server closes as well, and has nothing more to say. */
  private async leave(connection: RawConnection, last: Entry): Promise<void> {
    if (last.broken !== undefined) return;
    connection.halfClose();
    const rest = await connection.rest();
    connection.leave();
    if (rest !== '') last.broken = `one answer too many: ${rest}`;
  }
}
