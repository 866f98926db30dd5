/** Clients of long bodies and long answers, of which some leave in the middle. */
import { connect, type Socket } from 'node:net';
import { setTimeout as later } from 'node:timers/promises';
import { type RawRequest, request, taskRequest } from '../../harness/request';

/** What the server's handlers have seen. */
export interface Counts {
  begun: number;
  /** Whose signal has fired. */
  aborted: number;
  settled: number;
  /** Sources that were returned, and those of them that were closed. */
  opened: number;
  closed: number;
  /** Calls that were not collected yet. */
  alive: number;
  logged: number;
}

const PIECE = Buffer.alloc(65_536);
const LINGER_MS = 10;

/** The head of a call whose body of bytes follows. */
export function octetHead(id: string, length: number, headers: Record<string, string> = {}): Buffer {
  const given = { ...headers, 'Content-Type': 'application/octet-stream', 'Content-Length': String(length) };
  return request({ target: `/__runner/task/${id}`, headers: given });
}

export async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return socket.setNoDelay(true);
}

/** Sends so many bytes, at most so many a second; gives the text of the answer. */
export async function upload(
  port: number,
  id: string,
  bytes: number,
  bytesPerSecond = Number.POSITIVE_INFINITY,
  headers: Record<string, string> = {},
): Promise<string> {
  const socket = await open(port);
  let text = '';
  const answered = new Promise<void>((resolve, reject) => {
    socket.setEncoding('latin1').on('data', (chunk) => {
      text += chunk;
      if (/\r\n\r\n\{.*\}$/s.test(text)) resolve();
    });
    socket.once('error', reject).once('close', () => reject(new Error(`closed: ${text}`)));
  });
  answered.catch(() => {});
  socket.write(octetHead(id, bytes, headers));
  const begun = performance.now();
  for (let sent = 0; sent < bytes; sent += PIECE.length) {
    const piece = PIECE.subarray(0, Math.min(PIECE.length, bytes - sent));
    if (!socket.write(piece)) {
      await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), answered]);
    }
    const due = (sent / bytesPerSecond) * 1000 - (performance.now() - begun);
    if (due > 5) await later(due);
  }
  await answered;
  socket.destroy();
  return text;
}

/** Reads an answer to its end, at most so many bytes a second after the first; gives how many bytes its body had. */
export async function download(
  port: number,
  call: RawRequest,
  bytesPerSecond = Number.POSITIVE_INFINITY,
  first = 0,
): Promise<number> {
  const socket = await open(port);
  const { headers = {}, ...rest } = call;
  socket.write(request({ ...rest, headers: { ...headers, Connection: 'close' } as Record<string, string> }));
  const counter = new ChunkCounter();
  let received = 0;
  const begun = performance.now();
  for await (const chunk of socket) {
    received += chunk.length;
    counter.take(chunk);
    const due = ((received - first) / bytesPerSecond) * 1000 - (performance.now() - begun);
    if (due > 5) await later(due);
  }
  if (!counter.complete) throw new Error(`the answer broke off after ${counter.bytes} bytes`);
  return counter.bytes;
}

/** Counts the bytes of an answer in chunks. */
class ChunkCounter {
  bytes = 0;
  complete = false;
  private left = 0;
  private line = '';
  private state: 'head' | 'size' | 'data' = 'head';

  take(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && !this.complete) {
      if (this.state === 'data') {
        const length = Math.min(this.left, chunk.length - at);
        this.left -= length;
        at += length;
        if (this.left === 0) this.state = 'size';
        continue;
      }
      this.line += String.fromCharCode(chunk[at] ?? 0);
      at += 1;
      if (this.state === 'head' && this.line.endsWith('\r\n\r\n')) this.next('size');
      else if (this.state === 'size' && this.line.endsWith('\r\n'))
        this.begin(Number.parseInt(this.line, 16));
    }
  }

  private begin(size: number): void {
    this.next('data');
    this.bytes += size;
    // With the line end behind the bytes.
    this.left = size + 2;
    this.complete = size === 0;
  }

  private next(state: 'size' | 'data'): void {
    this.line = '';
    this.state = state;
  }
}

/** Numbers from 0 to 1 that are the same again for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Leaves, politely or not. */
function leave(socket: Socket, politely: boolean): Promise<void> {
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  if (politely) socket.destroy();
  else socket.resetAndDestroy();
  return closed;
}

/** Sends the first so many bytes of a call, and leaves. */
export async function cutUpload(port: number, id: string, length: number, share: number): Promise<void> {
  const socket = await open(port);
  socket.on('error', () => {}).resume();
  const head = octetHead(id, length);
  const whole = head.length + length;
  const wanted = 1 + Math.floor(share * (whole - 1));
  socket.write(head.subarray(0, Math.min(head.length, wanted)));
  for (let sent = head.length; sent < wanted; sent += PIECE.length) {
    const piece = PIECE.subarray(0, Math.min(PIECE.length, wanted - sent));
    await new Promise<void>((resolve) => socket.write(piece, () => resolve()));
  }
  // Some of them give the handler time to look.
  await later(share * LINGER_MS);
  await leave(socket, share < 0.5);
}

/** Reads so many bytes of an answer, and leaves. */
export async function cutDownload(port: number, id: string, bytes: number, politely: boolean): Promise<void> {
  const socket = await open(port);
  socket.on('error', () => {});
  socket.write(request(taskRequest(id)));
  let received = 0;
  await new Promise<void>((resolve) => {
    socket.on('data', (chunk) => {
      received += chunk.length;
      if (received >= bytes) {
        socket.pause();
        resolve();
      }
    });
    socket.once('close', () => resolve());
  });
  await leave(socket, politely);
}
