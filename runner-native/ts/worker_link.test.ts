import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { FrameReader } from './frame_reader';
import { Flag, Frame, HEADER, Kind, LENGTH, putHeader, VERSION } from './frames';
import { readTunnelOptions } from './options';
import { Tunnel } from './tunnel';
import { WorkerLink } from './worker_link';

interface Received {
  kind: number;
  id: number;
  status: number;
  payload: Buffer;
}

/** The other end of a worker's socket. */
class FakeFront {
  readonly path: string;
  private readonly server: Server;
  private readonly frames: Received[] = [];
  private socket: Socket | undefined;
  private wake = (): void => {};

  constructor(t: TestContext) {
    const folder = mkdtempSync(join(tmpdir(), 'runner-native-'));
    this.path = join(folder, 'worker.sock');
    this.server = createServer((socket) => this.accept(socket));
    t.after(() => {
      this.socket?.destroy();
      this.server.close();
      rmSync(folder, { recursive: true });
    });
  }

  async listen(): Promise<void> {
    await once(this.server.listen(this.path), 'listening');
  }

  send(...frames: Buffer[]): void {
    this.socket?.write(Buffer.concat(frames));
  }

  end(): void {
    this.socket?.destroy();
  }

  /** The next frame of the kind; what came before it is left out. */
  async next(kind: number): Promise<Received> {
    for (;;) {
      const found = this.frames.shift();
      if (found?.kind === kind) return found;
      if (found === undefined) {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      }
    }
  }

  private accept(socket: Socket): void {
    this.socket = socket;
    const reader = new FrameReader((buffer, length) => {
      const read = new Frame(buffer);
      for (let offset = 0; offset < length; offset = read.end) {
        read.seek(offset);
        const status = buffer.readUInt16LE(offset + 6);
        const payload = Buffer.from(buffer.subarray(offset + HEADER, read.end));
        this.frames.push({ kind: read.kind, id: read.id, status, payload });
      }
      this.wake();
    });
    socket.on('data', (bytes) => reader.push(bytes)).on('error', () => {});
  }
}

function frame(kind: number, payload: string | Buffer = '', id = 0, flags = 0): Buffer {
  const bytes = Buffer.from(payload);
  const header = Buffer.alloc(HEADER);
  putHeader(header, 0, kind, flags, 0, id, bytes.length);
  return Buffer.concat([header, bytes]);
}

function call(id: number, task: string, body: string | Buffer, flags = 0): Buffer {
  const texts = [task, `request-${id}`, '', 'POST / HTTP/1.1\r\n'].map((text) => Buffer.from(text));
  const lengths = Buffer.alloc(texts.length * LENGTH);
  for (const [at, text] of texts.entries()) lengths.writeUInt32LE(text.length, at * LENGTH);
  const payload = Buffer.concat([lengths, ...texts, Buffer.from(body)]);
  return frame(Kind.Call, payload, id, flags | Flag.Authenticated);
}

const WELCOME = frame(Kind.Welcome, '{"worker":1,"host":"127.0.0.1","port":7070}');
const BOUND = { address: '127.0.0.1', family: 'IPv4', port: 7070 };
const CHECKED = readTunnelOptions({ logger: { warn() {}, error() {} } });

/** A worker that its front knows, and how often it was left. */
async function linked(t: TestContext, configure: (tunnel: Tunnel) => void = () => {}) {
  const front = new FakeFront(t);
  await front.listen();
  const tunnel = new Tunnel(CHECKED);
  configure(tunnel);
  let left = 0;
  const link = new WorkerLink(front.path, CHECKED.settings, tunnel, () => {
    left += 1;
  });
  const listening = link.listen();
  // Who rejects it is told apart by each test.
  listening.catch(() => {});
  const hello = await front.next(Kind.Hello);
  return { front, link, listening, hello, left: () => left };
}

/** The same, and welcome. */
async function serving(t: TestContext, configure?: (tunnel: Tunnel) => void) {
  const all = await linked(t, configure);
  all.front.send(WELCOME);
  await all.listening;
  return all;
}

const reply = async (front: FakeFront): Promise<[id: number, status: number, text: string]> => {
  const { id, status, payload } = await front.next(Kind.Reply);
  return [id, status, payload.toString()];
};

describe('a worker that starts', () => {
  it('says its version and settings, and knows where the front listens once it is welcome', async (t) => {
    const { front, link, listening, hello } = await linked(t);
    assert.equal(hello.status, VERSION);
    assert.deepEqual(JSON.parse(hello.payload.toString()), CHECKED.settings);
    assert.equal(link.address(), null);
    front.send(WELCOME);
    assert.deepEqual(await listening, BOUND);
    assert.deepEqual(link.address(), BOUND);
  });

  it('fails when the front ends the connection first, and may try again', async (t) => {
    const { front, link, listening, left } = await linked(t);
    front.end();
    await assert.rejects(listening, /the front has not taken this worker/);
    const again = link.listen();
    await front.next(Kind.Hello);
    front.send(WELCOME);
    assert.deepEqual(await again, BOUND);
    assert.equal(left(), 0);
  });

  it('fails with the reason that the front gives', async (t) => {
    const { front, listening } = await linked(t);
    front.send(frame(Kind.Closed, 'another version'));
    await assert.rejects(listening, /another version/);
  });

  it('fails where there is no front', async (t) => {
    const { path } = new FakeFront(t);
    const link = new WorkerLink(path, CHECKED.settings, new Tunnel(CHECKED), () => {});
    await assert.rejects(link.listen(), /ENOENT/);
  });

  it('can neither listen twice nor close meanwhile', async (t) => {
    const { front, link, listening } = await linked(t);
    await assert.rejects(link.listen(), /this worker is starting/);
    await assert.rejects(link.close(0), /still under way/);
    front.send(WELCOME);
    await listening;
  });

  it('is the only one of its process', async (t) => {
    const { front } = await serving(t);
    const second = new WorkerLink(front.path, CHECKED.settings, new Tunnel(CHECKED), () => {});
    await assert.rejects(second.listen(), /serves its front already/);
  });
});

describe('a worker that serves', () => {
  it('answers a ping with its memory', async (t) => {
    const { front } = await serving(t);
    front.send(frame(Kind.Ping));
    const { payload } = await front.next(Kind.Pong);
    assert.equal(payload.length, 8);
    const memory = Number(payload.readBigUInt64LE());
    assert.ok(memory > 2 ** 20 && memory < 2 ** 40, `${memory} bytes`);
  });

  it('runs calls in the context of whoever listened', async (t) => {
    const storage = new AsyncLocalStorage<string>();
    const start = (): ReturnType<typeof serving> =>
      serving(t, (tunnel) => tunnel.registerTask('see', () => storage.getStore()));
    const { front } = await storage.run('outside', start);
    front.send(call(1, 'see', ''));
    assert.deepEqual(await reply(front), [1, 200, '{"ok":true,"result":"outside"}']);
  });

  it('takes calls that are cut anywhere', async (t) => {
    const { front } = await serving(t, (tunnel) => tunnel.registerTask('add', ({ a }: { a: number }) => a));
    const bytes = call(1, 'add', '{"a":1}');
    for (let at = 1; at < bytes.length; at++) {
      front.send(bytes.subarray(0, at));
      // So that the worker reads the first part by itself, mostly.
      await new Promise(setImmediate);
      front.send(bytes.subarray(at));
      assert.deepEqual(await reply(front), [1, 200, '{"ok":true,"result":1}'], `cut at ${at}`);
    }
  });

  it('sends bytes of any size from a stream, though they are used again', async (t) => {
    const { front } = await serving(t, (tunnel) =>
      tunnel.registerTask('stream', () => ({ stream: sizes([1, 100_000, 20_000]) })),
    );
    front.send(call(1, 'stream', ''));
    const parts = [];
    for (let length = 0; length < 120_001; length += parts.at(-1)?.length ?? 0) {
      parts.push((await front.next(Kind.Data)).payload);
    }
    await front.next(Kind.Finish);
    assert.equal(Buffer.concat(parts).toString('latin1'), `a${'b'.repeat(100_000)}${'c'.repeat(20_000)}`);
  });

  it('says that calls may come when it is told to, and not before it serves', async (t) => {
    const { front, link } = await serving(t);
    front.send(frame(Kind.Ping));
    await front.next(Kind.Pong);
    link.ready();
    assert.equal((await front.next(Kind.Ready)).payload.length, 0);
  });

  it('counts its calls', async (t) => {
    const { front, link } = await serving(t, (tunnel) =>
      tunnel.registerTask('wait', (_: unknown, { signal }) => aborted(signal)),
    );
    front.send(call(1, 'wait', ''), call(2, 'wait', ''), frame(Kind.Ping));
    await front.next(Kind.Pong);
    assert.deepEqual(link.stats(), { inFlight: 2, queued: 0, abandoned: 0, connections: 0, answered: {} });
    front.send(frame(Kind.Cancel, '', 1), frame(Kind.Cancel, '', 2));
    await front.next(Kind.Reply);
    await front.next(Kind.Reply);
    assert.equal(link.stats().inFlight, 0);
  });

  it('keeps the process alive or not, as it was told before and after', async (t) => {
    const { link } = await serving(t);
    link.hold(false);
    link.hold(true);
    link.tune();
    link.closeIdle();
    link.closeAll();
    assert.deepEqual(link.address(), BOUND);
  });
});

describe('a JSON body that comes in pieces', () => {
  const length = (tunnel: Tunnel): unknown => tunnel.registerTask('length', (text: string) => text.length);

  it('is asked for, and run when it is whole', async (t) => {
    const { front } = await serving(t, length);
    const body = Buffer.from(JSON.stringify({ input: 'é'.repeat(500_000) }));
    // A character is torn by each of the first cuts.
    const [begun, rest] = [body.subarray(0, 11), body.subarray(11)];
    front.send(call(1, 'length', begun, Flag.Streamed));
    let open = 0;
    for (let at = 0; at < rest.length; ) {
      while (open <= 0) open += (await front.next(Kind.More)).payload.readUInt32LE();
      front.send(frame(Kind.Chunk, rest.subarray(at, at + 64 * 1024 - 1), 1));
      at += 64 * 1024 - 1;
      open -= 64 * 1024 - 1;
    }
    front.send(frame(Kind.End, '', 1));
    assert.deepEqual(await reply(front), [1, 200, '{"ok":true,"result":500000}']);
  });

  it('lets other calls through meanwhile', async (t) => {
    const { front } = await serving(t, length);
    front.send(call(1, 'length', '', Flag.Streamed), call(2, 'length', '"abc"'));
    assert.deepEqual(await reply(front), [2, 200, '{"ok":true,"result":3}']);
    front.send(frame(Kind.Chunk, '"ab', 1), frame(Kind.Chunk, '"', 1), frame(Kind.End, '', 1));
    assert.deepEqual(await reply(front), [1, 200, '{"ok":true,"result":2}']);
  });

  it('is not asked for where the id is unknown', async (t) => {
    const { front, link } = await serving(t);
    front.send(call(1, 'nothing', '', Flag.Streamed));
    const [id, status] = await reply(front);
    assert.deepEqual([id, status, link.stats().inFlight], [1, 404, 0]);
  });

  it('is refused when it is no JSON', async (t) => {
    const { front, link } = await serving(t, length);
    front.send(call(1, 'length', '', Flag.Streamed), frame(Kind.Chunk, '{', 1), frame(Kind.End, '', 1));
    const [, status, text] = await reply(front);
    assert.deepEqual([status, JSON.parse(text).error.code], [400, 'INVALID_JSON']);
    assert.equal(link.stats().inFlight, 0);
  });

  it('gives its place back when the client leaves, and never runs', async (t) => {
    const { front, link } = await serving(t, (tunnel) => tunnel.registerTask('length', assert.fail));
    front.send(call(1, 'length', '', Flag.Streamed), frame(Kind.Cancel, '', 1), frame(Kind.End, '', 1));
    const [, status] = await reply(front);
    assert.deepEqual([status, link.stats().inFlight], [503, 0]);
  });

  it('is refused as the front says when it ends early', async (t) => {
    const { front } = await serving(t, length);
    const why = JSON.stringify({ code: 'REQUEST_TIMEOUT', message: 'Request Timeout' });
    front.send(call(1, 'length', '', Flag.Streamed), frame(Kind.Unreadable, why, 1));
    const [, status] = await reply(front);
    assert.equal(status, 408);
  });
});

describe('a worker that closes', () => {
  it('before it listened, does so at once', async (t) => {
    const { path } = new FakeFront(t);
    const link = new WorkerLink(path, CHECKED.settings, new Tunnel(CHECKED), () => {});
    await link.close(0);
    await link.closed;
    await assert.rejects(link.listen(), /this worker is closed/);
  });

  it('answers what it has, and ends when the front lets it go', async (t) => {
    let finish = (_: string): void => {};
    const { front, link, left } = await serving(t, (tunnel) =>
      tunnel.registerTask('wait', () => new Promise<string>((resolve) => (finish = resolve))),
    );
    front.send(call(1, 'wait', ''), frame(Kind.Ping));
    await front.next(Kind.Pong);
    const closing = link.close(60_000);
    assert.equal(link.address(), null);
    await front.next(Kind.Leaving);
    finish('late');
    assert.deepEqual(await reply(front), [1, 200, '{"ok":true,"result":"late"}']);
    const again = link.close(60_000);
    front.send(frame(Kind.Closed));
    await Promise.all([closing, again, link.closed]);
    await link.close(0);
    assert.equal(left(), 0);
  });

  it('waits no longer than it may, and cancels what is left', async (t) => {
    let reason: unknown;
    const { front, link, left } = await serving(t, (tunnel) =>
      tunnel.registerTask('wait', async (_: unknown, { signal }) => {
        reason = await aborted(signal);
      }),
    );
    front.send(call(1, 'wait', ''), frame(Kind.Ping));
    await front.next(Kind.Pong);
    const first = link.close(60_000);
    await link.close(1);
    await first;
    assert.equal((reason as Error).name, 'AbortError');
    assert.equal(left(), 0);
  });

  it('ends well when the front goes meanwhile', async (t) => {
    const { front, link, left } = await serving(t);
    const closing = link.close(60_000);
    await front.next(Kind.Leaving);
    front.end();
    await closing;
    assert.equal(left(), 0);
  });
});

describe('a worker that is left', () => {
  it('is told so when the front has drained it', async (t) => {
    const { front, link, left } = await serving(t);
    front.send(frame(Kind.Closed));
    await link.closed;
    assert.deepEqual([left(), link.address()], [1, null]);
    await link.close(0);
  });

  it('is told so when the front is gone, and cancels its calls', async (t) => {
    let reason: Promise<unknown> | undefined;
    const { front, link, left } = await serving(t, (tunnel) =>
      tunnel.registerTask('wait', (_: unknown, { signal }) => {
        reason = aborted(signal);
        return reason;
      }),
    );
    front.send(call(1, 'wait', ''), frame(Kind.Ping));
    await front.next(Kind.Pong);
    front.end();
    await assert.rejects(link.closed, /the front is gone/);
    assert.equal(((await reason) as Error).name, 'AbortError');
    assert.equal(left(), 1);
  });
});

function aborted(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason)));
}

/** Gives bytes of these sizes, each in the same memory as the one before. */
function sizes(all: number[]) {
  const memory = Buffer.alloc(Math.max(...all));
  return {
    pipe(sink: NodeJS.WritableStream) {
      for (const [at, size] of all.entries()) {
        memory.fill('abc'[at] as string);
        sink.write(memory.subarray(0, size));
      }
      memory.fill('x');
      sink.end();
    },
  };
}
