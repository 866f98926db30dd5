import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Call } from './call';
import { Flag, Frame, HEADER, Kind, putHeader, wholeFrames } from './frames';

/** The bytes that Rust's own test writes for the same call. */
function golden(): Buffer {
  const text = readFileSync(join(__dirname, '../../rust-tunnel/golden/call.hex'), 'utf8');
  return Buffer.from(text.replace(/\s/g, ''), 'hex');
}

function frame(kind: number, payload: string, id = 0, flags = 0): Buffer {
  const bytes = Buffer.alloc(HEADER + Buffer.byteLength(payload));
  putHeader(bytes, 0, kind, flags, 0, id, Buffer.byteLength(payload));
  bytes.write(payload, HEADER);
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
});
