import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Call } from './call';
import { Flag, Frame, HEADER, Kind, putHeader, VERSION, wholeFrames } from './frames';
import { readTunnelOptions } from './options';
import { Outbox } from './outbox';

const GOLDEN = join(__dirname, '../../rust-tunnel/golden');

/** The bytes that Rust's own tests write and read. */
function golden(name = 'call'): Buffer {
  const text = readFileSync(join(GOLDEN, `${name}.hex`), 'utf8');
  return Buffer.from(text.replace(/#.*/g, '').replace(/\s/g, ''), 'hex');
}

/** The frame in a golden file. */
function goldenFrame(name: string): Frame {
  const read = new Frame(golden(name));
  read.seek(0);
  return read;
}

/** `AllowedOrigin` as `allowed_origin`. */
const fileName = (kind: string): string =>
  kind.replace(/(?!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();

function frame(kind: number, payload: string | Buffer, id = 0, flags = 0, status = 0): Buffer {
  const rest = Buffer.from(payload);
  const bytes = Buffer.alloc(HEADER + rest.length);
  putHeader(bytes, 0, kind, flags, status, id, rest.length);
  rest.copy(bytes, HEADER);
  return bytes;
}

describe('the golden call', () => {
  const bytes = golden();

  it('is read as Rust wrote it', () => {
    const read = new Frame(bytes);
    read.seek(0);
    assert.equal(read.kind, Kind.Call);
    assert.equal(read.id, 7);
    assert.equal(read.flags, Flag.Event | Flag.Authenticated | Flag.Admitted | Flag.Plain | Flag.Context);
    assert.equal(read.end, bytes.length);
    const { targetId, requestId, peers, head, body } = read.head();
    assert.equal(targetId, 'app.é');
    assert.equal(requestId, 'id-1');
    assert.equal(peers, '127.0.0.1 51234 ::1 3000');
    assert.equal(head, 'POST /__runner/task/add?x=1#f HTTP/1.1\r\nX-A: 1\r\nx-a:\t\u00e9 \r\n\r\nX-T: 2\r\n');
    assert.equal(body, '{}');
    assert.equal(wholeFrames(bytes, bytes.length), bytes.length);
  });

  it('is read in a buffer that begins within another', () => {
    const pool = Buffer.concat([Buffer.alloc(100, 0xff), bytes]);
    const read = new Frame(pool.subarray(100));
    read.seek(0);
    assert.deepEqual([read.kind, read.id, read.head().targetId], [Kind.Call, 7, 'app.é']);
  });

  it('is read anywhere in a buffer', () => {
    const buffer = Buffer.concat([frame(Kind.Cancel, '', 3), bytes, frame(Kind.Closed, 'why')]);
    const read = new Frame(buffer);
    read.seek(0);
    assert.deepEqual([read.kind, read.id], [Kind.Cancel, 3]);
    read.seek(read.end);
    assert.equal(read.head().targetId, 'app.é');
    assert.equal(read.head().body, '{}');
    read.seek(read.end);
    assert.deepEqual([read.kind, read.utf8(), read.end], [Kind.Closed, 'why', buffer.length]);
  });

  it('becomes a call', () => {
    const read = new Frame(bytes);
    read.seek(0);
    const call = new Call(read, 'POST');
    assert.deepEqual(
      [
        call.kind,
        call.number,
        call.id,
        call.authenticated,
        call.admitted,
        call.sentText,
        call.url,
        call.path,
      ],
      ['event', 7, 'app.é', true, true, '{}', '/__runner/task/add?x=1#f', '/__runner/task/add'],
    );
    assert.deepEqual(
      [call.isPlain, call.hasContext, call.requestId, call.peers, call.httpVersion],
      [true, true, 'id-1', '127.0.0.1 51234 ::1 3000', '1.1'],
    );
    assert.deepEqual(call.rawHeaders, ['X-A', '1', 'x-a', '\u00e9']);
    assert.equal(call.rawHeaders, call.rawHeaders);
    assert.deepEqual(call.rawTrailers, ['X-T', '2']);
    assert.equal(call.rawTrailers, call.rawTrailers);
    assert.deepEqual({ ...call.headers }, { 'x-a': '1, é', 'x-runner-request-id': 'id-1' });
    assert.equal(call.headers, call.headers);
    assert.equal(call.signal.aborted, false);
    call.cancel(undefined);
    call.cancel(undefined);
    assert.equal((call.signal.reason as Error).name, 'AbortError');
  });

  it('keeps a cancel for a signal that is asked for later', () => {
    const read = new Frame(bytes);
    read.seek(0);
    const call = new Call(read, 'POST');
    call.cancel(undefined);
    assert.equal(call.isCancelled, true);
    assert.equal(call.signal.aborted, true);
  });
});

describe('the golden frames', () => {
  it('are there for every kind', () => {
    const names = readdirSync(GOLDEN).map((file) => file.replace('.hex', ''));
    for (const [kind, number] of Object.entries(Kind)) {
      const name = fileName(kind);
      assert.ok(names.includes(name), name);
      assert.equal(goldenFrame(name).kind, number);
    }
    for (const name of names) {
      const bytes = golden(name);
      assert.equal(goldenFrame(name).end, bytes.length, name);
      assert.equal(wholeFrames(bytes, bytes.length), bytes.length, name);
    }
  });

  it('are read as Rust writes them', () => {
    const { requestId, targetId, body } = goldenFrame('admit').head();
    assert.deepEqual([requestId, targetId, body], ['id-1', 'app.é', '']);
    assert.equal(goldenFrame('admit').flags, Flag.Authenticated | Flag.Context);
    assert.equal(goldenFrame('discover').head().targetId, '');
    assert.equal(goldenFrame('discover').head().peers, '127.0.0.1 51234 ::1 3000');
    assert.equal(goldenFrame('origin').has(Flag.Present), true);
    assert.equal(goldenFrame('origin').latin1(), 'https://a.example');
    assert.equal(goldenFrame('cancel').id, 2 ** 40);
    assert.deepEqual(JSON.parse(goldenFrame('report').utf8()), {
      level: 'warn',
      message: 'exposure.auth.failure',
      data: { status: 401 },
    });
    assert.equal(goldenFrame('closed').utf8(), 'why');
    assert.deepEqual([...goldenFrame('chunk').chunk()], [0xff, 0, 0x7b]);
    assert.equal(goldenFrame('end').has(Flag.Part), true);
    assert.equal(goldenFrame('taken').number(), 262_144);
    assert.deepEqual(JSON.parse(goldenFrame('part').utf8()), {
      name: 'file:1',
      file: true,
      filename: 'é.txt',
      type: 'text/plain',
    });
    assert.deepEqual(JSON.parse(goldenFrame('unreadable').utf8()), {
      code: 'REQUEST_TIMEOUT',
      message: 'Request Timeout',
    });
    assert.equal(goldenFrame('ping').bytes().length, 0);
    assert.deepEqual(JSON.parse(goldenFrame('welcome').utf8()), { worker: 1, host: '127.0.0.1', port: 7070 });
  });

  it('are written as Rust reads them', () => {
    const written: Record<string, (outbox: Outbox) => void> = {
      reply: (outbox) => outbox.reply(7, 200, '{"ok":true,"result":3}'),
      reply_with_head: (outbox) => outbox.reply(7, 499, 'é', 'Fine\nx-a:é\n'),
      admitted: (outbox) => outbox.admitted(7),
      allowed_origin: (outbox) => outbox.allowedOrigin(2, 'https://a.example'),
      begin: (outbox) => outbox.begin(7, 206, '\nx-a:1\n\nserver:mine\n', true),
      data: (outbox) => outbox.data(7, Buffer.from([0xff, 0, 0x7b])),
      finish: (outbox) => outbox.finish(7, 'x-t:1\n'),
      break: (outbox) => outbox.break(7),
      more: (outbox) => outbox.more(7, 262_144),
      interim: (outbox) => outbox.interim(7, 'HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n'),
    };
    for (const [name, write] of Object.entries(written)) {
      let sent = Buffer.alloc(0);
      const outbox = new Outbox({
        send: (buffer, length) => {
          sent = Buffer.from(buffer.subarray(0, length));
        },
      });
      outbox.hold();
      write(outbox);
      outbox.release(false);
      assert.equal(sent.toString('hex'), golden(name).toString('hex'), name);
    }
    // These are about no call; a worker says them by itself.
    const { settings } = readTunnelOptions({ auth: { token: 't' } });
    const memory = Buffer.alloc(8);
    memory.writeBigUInt64LE(BigInt(5 * 2 ** 30));
    assert.deepEqual(frame(Kind.Hello, JSON.stringify(settings), 0, 0, VERSION), golden('hello'));
    assert.deepEqual(frame(Kind.Pong, memory), golden('pong'));
    assert.deepEqual(frame(Kind.Leaving, ''), golden('leaving'));
    assert.deepEqual(frame(Kind.Ready, ''), golden('ready'));
  });
});

describe('frames', () => {
  it('carry ids up to 2^53 - 1', () => {
    for (const id of [0, 1, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 5, 2 ** 52 + 1, Number.MAX_SAFE_INTEGER]) {
      const read = new Frame(frame(Kind.Reply, '', id));
      read.seek(0);
      assert.equal(read.id, id);
    }
  });

  it('carry flags and text', () => {
    const read = new Frame(frame(Kind.Origin, 'caf\u00e9', 0, Flag.Present));
    read.seek(0);
    assert.equal(read.has(Flag.Present), true);
    assert.equal(read.has(Flag.Admitted), false);
    assert.equal(read.utf8(), 'café');
    assert.equal(read.latin1(), 'cafÃ©');
  });

  it('show bad UTF-8 in a body as U+FFFD', () => {
    const bytes = golden();
    bytes.write('\xff{', bytes.length - 2, 'latin1');
    const read = new Frame(bytes);
    read.seek(0);
    assert.equal(read.head().body, '\ufffd{');
  });

  it('are counted only when they are whole', () => {
    const [one, two] = [frame(Kind.Cancel, '', 1), frame(Kind.Closed, 'reason')];
    const both = Buffer.concat([one, two]);
    for (let length = 0; length <= both.length; length++) {
      const whole = length === both.length ? both.length : length >= one.length ? one.length : 0;
      assert.equal(wholeFrames(both, length), whole, `${length} bytes`);
    }
  });

  it('are the same however reads fall', () => {
    const frames = fc.array(
      fc.record(
        {
          kind: fc.constantFrom(...Object.values(Kind)),
          flags: fc.nat(255),
          id: fc.maxSafeNat(),
          payload: fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
        },
        { noNullPrototype: true },
      ),
      { maxLength: 8 },
    );
    const lengths = fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(frames, lengths, (sent, cuts) => {
        const bytes = Buffer.concat(
          sent.map(({ kind, flags, id, payload }) => frame(kind, payload, id, flags)),
        );
        const read: unknown[] = [];
        for (const whole of reads(bytes, cuts)) {
          const next = new Frame(whole);
          for (let offset = 0; offset < whole.length; offset = next.end) {
            next.seek(offset);
            const { kind, flags, id } = next;
            read.push({ kind, flags, id, payload: next.bytes() });
          }
        }
        assert.deepEqual(read, sent);
      }),
    );
  });

  it('are counted within what is there, whatever it is', () => {
    // Small lengths make frames of garbage; most others are waited for.
    const garbage = fc.array(fc.oneof(fc.nat(20), fc.constant(0), fc.nat(255)), { maxLength: 200 });
    fc.assert(
      fc.property(garbage, fc.nat(200), (numbers, length) => {
        const bytes = Buffer.from(numbers);
        const all = wholeFrames(bytes, bytes.length);
        assert.ok(all >= 0 && all <= bytes.length);
        // What follows is counted from there as if nothing had come before.
        assert.equal(wholeFrames(bytes.subarray(all), bytes.length - all), 0);
        const some = wholeFrames(bytes, Math.min(length, bytes.length));
        assert.ok(some <= all);
      }),
    );
  });
});

/** The whole frames of each read, where `bytes` come in pieces of these lengths over and over. */
function* reads(bytes: Buffer, lengths: number[]): Generator<Buffer> {
  let rest = Buffer.alloc(0);
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = lengths[turn % lengths.length] as number;
    const buffer = Buffer.concat([rest, bytes.subarray(at, at + length)]);
    at += length;
    const whole = wholeFrames(buffer, buffer.length);
    rest = buffer.subarray(whole);
    if (whole > 0) yield buffer.subarray(0, whole);
  }
  assert.equal(rest.length, 0);
}
