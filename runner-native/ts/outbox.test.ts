import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Flag, Frame, Kind } from './frames';
import { Outbox } from './outbox';

interface Sent {
  kind: number;
  flags: number;
  id: number;
  status: number;
  text: string;
}

/** An outbox, and the batches that it has sent. */
function collected(): { outbox: Outbox; batches: Sent[][] } {
  const batches: Sent[][] = [];
  const outbox = new Outbox((buffer, length) => {
    const bytes = Buffer.from(buffer.subarray(0, length));
    const frame = new Frame(bytes);
    const batch: Sent[] = [];
    for (let offset = 0; offset < length; offset = frame.end) {
      frame.seek(offset);
      const status = bytes.readUInt16LE(offset + 6);
      batch.push({ kind: frame.kind, flags: frame.flags, id: frame.id, status, text: frame.utf8() });
    }
    batches.push(batch);
    // The buffer is the outbox's again.
    buffer.fill(0xff);
  });
  return { outbox, batches };
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
});
