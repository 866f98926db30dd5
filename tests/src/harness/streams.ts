/** Calls of the application `streams`, in its variant of that name. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { setTimeout as later } from 'node:timers/promises';
import { MEETING } from '../apps/streams';
import type { VariantName } from '../apps/variants';
import type { Backend, Running } from './backends';
import { Pieces } from './pieces';
import { RawConnection } from './raw';
import { exchange, type RawRequest, request, taskRequest } from './request';

export const TOKEN = { 'x-runner-token': 'secret' };
export const OCTETS = { ...TOKEN, 'Content-Type': 'application/octet-stream' };

export const CHUNKED = { 'Transfer-Encoding': 'chunked' };
/** What the buffers of a connection over the loopback take in at most, with room. */
export const KERNEL = 12 * 2 ** 20;

const FREE_MS = 5_000;

type Server = Pick<Running, 'port' | 'logs' | 'stats'>;
type Headers = Readonly<Record<string, string>>;

/** A test that ends things when it ends. */
export type Context = { after(fn: () => unknown): void };

/** The application in another variant, for one test. */
export async function started(t: Context, backend: Backend, variant: VariantName): Promise<Running> {
  const server = await backend.start('streams', variant);
  t.after(() => server.stop());
  return server;
}

/** A connection for one test. */
export async function opened(t: Context, { port }: Pick<Running, 'port'>): Promise<RawConnection> {
  const connection = await RawConnection.open(port);
  t.after(() => connection.leave());
  return connection;
}

/** A call with a body of bytes. */
export function octets(id: string, body: string | Buffer, headers: Headers = {}): RawRequest {
  return { target: `/__runner/task/${id}`, headers: { ...OCTETS, ...headers }, body };
}

/** Its head alone. */
export function octetHead(id: string, headers: Headers): Buffer {
  return request({ target: `/__runner/task/${id}`, headers: { ...OCTETS, ...headers } });
}

/** A call with plain input. */
export function plain(id: string, input?: unknown, headers: Headers = {}): RawRequest {
  return taskRequest(id, input, { ...TOKEN, ...headers });
}

export function sha256(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function chunk(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}

export const LAST_CHUNK = '0\r\n\r\n';

/** Starts a call over a socket of its own, which is gone at the end of the test. */
export async function calling(
  t: { after(fn: () => unknown): void },
  { port }: Pick<Running, 'port'>,
  sent: Buffer,
): Promise<Pieces> {
  const client = await Pieces.open(port);
  t.after(() => client.leave());
  return client.write(sent);
}

/** A whole exchange: what was sent before it has arrived. */
export async function barrier({ port }: Pick<Running, 'port'>): Promise<void> {
  await exchange(port, { target: '/other' });
}

/** The connection still serves. */
export async function goesOn(connection: RawConnection): Promise<void> {
  const next = await connection.write(request(octets('digest', 'next'))).read();
  assert.equal(next.json.result?.bytes, 4, next.text);
}

/** Every place of the server is free again: as many calls as it has can meet there. */
export async function allFree(server: Server): Promise<void> {
  const deadline = performance.now() + FREE_MS;
  for (;;) {
    const connections = await Promise.all(
      Array.from({ length: MEETING }, () => RawConnection.open(server.port)),
    );
    const answers = connections.map((one) => one.write(request(plain('meet'))).read());
    for (const answer of answers) answer.catch(() => {});
    const met = Promise.all(answers).then((all) => all.every(({ status }) => status === 200));
    const isFree = await Promise.race([met.catch(() => false), later(300, false)]);
    for (const one of connections) one.leave();
    if (isFree) break;
    assert.ok(performance.now() < deadline, `not every place is free: ${JSON.stringify(server.stats?.())}`);
    await later(20);
  }
  const stats = server.stats?.();
  assert.equal(stats?.inFlight ?? 0, 0);
}

/** What went wrong, as the server said. */
export function failures({ logs }: Pick<Running, 'logs'>): string[] {
  return logs.records.filter(({ level }) => level !== 'note').map(({ message }) => message);
}
