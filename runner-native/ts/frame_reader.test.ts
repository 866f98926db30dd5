import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FrameReader } from './frame_reader';
import { Frame, HEADER, Kind, putHeader } from './frames';

function frame(id: number, payload: string): Buffer {
  const bytes = Buffer.alloc(HEADER + payload.length);
  putHeader(bytes, 0, Kind.Report, 0, 0, id, payload.length);
  bytes.write(payload, HEADER);
  return bytes;
}

/** A reader, and the frames that have come out of it. */
function collected(): { reader: FrameReader; frames: [id: number, payload: string][] } {
  const frames: [number, string][] = [];
  const reader = new FrameReader((buffer, length) => {
    const read = new Frame(buffer);
    for (let offset = 0; offset < length; offset = read.end) {
      read.seek(offset);
      frames.push([read.id, read.utf8()]);
    }
  });
  return { reader, frames };
}

const SENT: [number, string][] = [
  [1, ''],
  [2, 'two'],
  [3, 'x'.repeat(40)],
  [4, ''],
];
const BYTES = Buffer.concat(SENT.map(([id, payload]) => frame(id, payload)));

describe('FrameReader', () => {
  it('takes frames that are cut anywhere', () => {
    for (let first = 0; first <= BYTES.length; first++) {
      for (let second = first; second <= BYTES.length; second++) {
        const { reader, frames } = collected();
        for (const [from, to] of [
          [0, first],
          [first, second],
          [second, BYTES.length],
        ])
          reader.push(BYTES.subarray(from, to));
        assert.deepEqual(frames, SENT, `cut at ${first} and ${second}`);
      }
    }
  });

  it('takes frames that come byte by byte, in a buffer that is used again', () => {
    const { reader, frames } = collected();
    const inbox = Buffer.alloc(1);
    for (const byte of BYTES) {
      inbox[0] = byte;
      reader.push(inbox);
    }
    assert.deepEqual(frames, SENT);
  });

  it('joins a large frame once', (t) => {
    const { reader, frames } = collected();
    const concat = t.mock.method(Buffer, 'concat');
    const large = frame(5, 'x'.repeat(1_000_000));
    for (let at = 0; at < large.length; at += 1000) reader.push(large.subarray(at, at + 1000));
    assert.deepEqual([frames.length, frames[0]?.[1].length], [1, 1_000_000]);
    assert.equal(concat.mock.callCount(), 1);
  });
});
