import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Flag, Frame, HEADER, Kind } from './frames';
import { Outbox } from './outbox';

interface Sent {
  kind: number;
  flags: number;
  id: number;
  status: number;
  text: string;
}

/** An outbox, the batches that it has sent, and the payload of each answer in them. */
function collected(): { outbox: Outbox; batches: Sent[][]; payloads: Buffer[] } {
  const batches: Sent[][] = [];
  const payloads: Buffer[] = [];
  const send = (buffer: Buffer, length: number): void => {
    const bytes = Buffer.from(buffer.subarray(0, length));
    const frame = new Frame(bytes);
    const batch: Sent[] = [];
    for (let offset = 0; offset < length; offset = frame.end) {
      frame.seek(offset);
      const status = bytes.readUInt16LE(offset + 6);
      batch.push({ kind: frame.kind, flags: frame.flags, id: frame.id, status, text: frame.utf8() });
      payloads.push(bytes.subarray(offset + HEADER, frame.end));
    }
    batches.push(batch);
    // The buffer is the outbox's again.
    buffer.fill(0xff);
  };
  const outbox = new Outbox({ send });
  return { outbox, batches, payloads };
}

const ids = (batches: Sent[][]): number[][] => batches.map((batch) => batch.map(({ id }) => id));

describe('Outbox', () => {
  it('sends what was held together when it is released', () => {
    const { outbox, batches } = collected();
    outbox.hold();
    outbox.reply(1, 200, 'é');
    outbox.admitted(2);
    outbox.allowedOrigin(3, 'https://a.example');
    outbox.allowedOrigin(4, undefined);
    assert.deepEqual(batches, []);
    outbox.release(false);
    assert.deepEqual(batches, [
      [
        { kind: Kind.Reply, flags: 0, id: 1, status: 200, text: 'é' },
        { kind: Kind.Admitted, flags: 0, id: 2, status: 0, text: '' },
        { kind: Kind.AllowedOrigin, flags: Flag.Present, id: 3, status: 0, text: 'https://a.example' },
        { kind: Kind.AllowedOrigin, flags: 0, id: 4, status: 0, text: '' },
      ],
    ]);
  });

  it('puts the head of an answer before its text', () => {
    const { outbox, batches, payloads } = collected();
    outbox.hold();
    outbox.reply(1, 499, 'é', 'Fine\nx-a:\u00e9\n');
    outbox.reply(2, 200, '', '');
    outbox.reply(3, 200, 'x', `\n${'x-long:1\n'.repeat(20_000)}`);
    outbox.release(false);
    const flags = batches.flat().map((sent) => [sent.flags, sent.status]);
    assert.deepEqual(flags, [
      [Flag.Headers, 499],
      [Flag.Headers, 200],
      [Flag.Headers, 200],
    ]);
    const [first, second, third] = payloads as [Buffer, Buffer, Buffer];
    assert.deepEqual(
      [first.readUInt32LE(), first.toString('latin1', 4)],
      [11, 'Fine\nx-a:\u00e9\n\u00c3\u00a9'],
    );
    assert.deepEqual([second.readUInt32LE(), second.length], [0, 4]);
    assert.deepEqual([third.readUInt32LE(), third.length], [180_001, 180_006]);
  });

  it('sends nothing when there is nothing', async () => {
    const { outbox, batches } = collected();
    outbox.hold();
    outbox.release(false);
    outbox.hold();
    outbox.release(true);
    await turn();
    assert.deepEqual(batches, []);
  });

  it('sends what settles in the same turn together with what was held', async () => {
    const { outbox, batches } = collected();
    outbox.hold();
    outbox.reply(1, 200, '');
    void Promise.resolve().then(() => outbox.reply(2, 200, ''));
    void (async () => {
      for (let step = 0; step < 20; step++) await null;
      outbox.reply(3, 200, '');
    })();
    outbox.release(true);
    await turn();
    assert.deepEqual(ids(batches), [[1, 2, 3]]);
  });

  it('sends what comes outside of a batch by itself', async () => {
    const { outbox, batches } = collected();
    outbox.reply(1, 200, '');
    outbox.reply(2, 200, '');
    assert.deepEqual(batches, []);
    await turn();
    outbox.reply(3, 200, '');
    await turn();
    assert.deepEqual(ids(batches), [[1, 2], [3]]);
  });

  it('keeps the order when a batch is released while a tick is due', async () => {
    const { outbox, batches } = collected();
    outbox.reply(1, 200, '');
    outbox.hold();
    outbox.reply(2, 200, '');
    outbox.release(false);
    outbox.reply(3, 200, '');
    await turn();
    assert.deepEqual(ids(batches).flat(), [1, 2, 3]);
  });

  it('takes texts of every size and never mixes them', () => {
    const sizes = [0, 1, 2047, 2048, 8191, 8192, 21_840, 21_841, 65_519, 65_520, 65_521, 300_000];
    for (const letter of ['x', 'é', '€', '😀', '\ud800']) {
      const { outbox, batches } = collected();
      outbox.hold();
      for (const [at, size] of sizes.entries()) outbox.reply(at, 200, letter.repeat(size));
      outbox.release(false);
      const sent = batches.flat();
      const shown = letter === '\ud800' ? '\ufffd' : letter;
      assert.deepEqual(
        sent.map(({ id }) => id),
        sizes.map((_, at) => at),
      );
      for (const [at, size] of sizes.entries()) {
        assert.ok(sent[at]?.text === shown.repeat(size), `${letter} ${size}`);
      }
    }
  });

  it('keeps the bits of an id', () => {
    const { outbox, batches } = collected();
    outbox.hold();
    for (const id of [2 ** 32, Number.MAX_SAFE_INTEGER]) outbox.reply(id, 599, '');
    outbox.release(false);
    assert.deepEqual(ids(batches), [[2 ** 32, Number.MAX_SAFE_INTEGER]]);
  });

  it('cuts large bytes: for frames, and larger pieces where they can go another way', () => {
    const { outbox, batches } = collected();
    const bytes = Buffer.alloc(300 * 1024, 'x');
    outbox.data(1, bytes);
    outbox.release(false);
    const lengths = batches.flat().map(({ text }) => text.length / 1024);
    assert.deepEqual(lengths, [64, 64, 64, 64, 44]);

    const apart: number[] = [];
    const carrier = {
      send: () => {},
      sendData: (_: number, piece: Uint8Array) => apart.push(piece.length / 1024),
    };
    new Outbox(carrier).data(1, bytes);
    assert.deepEqual(apart, [256, 44]);
  });
});
