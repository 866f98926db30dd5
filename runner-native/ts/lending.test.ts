import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NativeServer } from './binding';
import { type Carrier, Flag, Frame, HEADER, Kind, putHeader } from './frames';
import { Lending } from './lending';

const KIB = 1024;

function lending(): { lending: Lending; lent: Map<number, Buffer> } {
  const lent = new Map<number, Buffer>();
  const native = { lend: (number: number, buffer: Buffer) => lent.set(number, buffer) };
  return { lending: new Lending(native as unknown as NativeServer), lent };
}

/** Rust fills one of them. */
function filled(lent: Map<number, Buffer>, text: string): number {
  const [[number, buffer]] = [...lent] as [[number, Buffer]];
  buffer.write(text, 1);
  lent.delete(number);
  return number;
}

describe('buffers that are lent', () => {
  it('are as many as what is expected needs, and no more than some', () => {
    const { lending: of, lent } = lending();
    of.expect(1, 1);
    assert.deepEqual([...lent.keys()], [0]);
    of.expect(1, 512 * KIB);
    assert.deepEqual([...lent.keys()], [0, 1, 2]);
    of.expect(1, 257 * KIB);
    assert.equal(lent.size, 5);
    of.expect(1, 100 * 1024 * KIB);
    assert.equal(lent.size, 8);
  });

  it('are more when several uploads ask', () => {
    const { lending: of, lent } = lending();
    for (let id = 1; id <= 6; id += 1) {
      of.expect(id, 2048 * KIB);
      assert.equal(lent.size, Math.min(8 * id, 32));
    }
    for (const _ of lent) of.take(filled(lent, 'bytes'), 0, 1);
    for (let asked = 0; asked < 8; asked += 1) of.expect(7, 256 * KIB);
    of.expect(7, 2048 * KIB);
    assert.equal(lent.size, 8);
  });

  it('come back once, with what was written to them', () => {
    const { lending: of, lent } = lending();
    of.expect(1, 256 * KIB);
    const number = filled(lent, 'bytes');
    assert.equal(of.take(number, 1, 5).toString(), 'bytes');
    assert.throws(() => of.take(number, 1, 5), /was not lent/);
    of.expect(1, 256 * KIB);
    assert.equal(lent.size, 1);
  });

  it('are told of by a frame', () => {
    const { lending: of, lent } = lending();
    of.expect(1, 1);
    const carrier: Carrier = { send: () => {}, takeLent: (...place) => of.take(...place) };
    const bytes = Buffer.alloc(HEADER + 12);
    putHeader(bytes, 0, Kind.Chunk, Flag.Lent, 0, 7, 12);
    bytes.writeUInt32LE(filled(lent, 'chunk'), HEADER);
    bytes.writeUInt32LE(5, HEADER + 4);
    bytes.writeUInt32LE(1, HEADER + 8);
    const frame = new Frame(bytes, carrier);
    frame.seek(0);
    assert.equal(frame.chunk().toString(), 'chunk');
  });
});
