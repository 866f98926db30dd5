import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import type { Refusal } from '../errors';
import { Frame, Kind } from '../frames';
import { Outbox } from '../outbox';
import { Form } from './form';
import { InputFile } from './input_file';
import { DEFAULT_FORM_LIMITS } from './limits';

const CHUNK = 64 * 1024;

/** A form, what became of it, and how many bytes it has asked for. */
class Trial {
  readonly seen: string[] = [];
  asked = 0;
  input: Record<string, InputFile> = {};
  readonly form: Form;

  constructor(limits = DEFAULT_FORM_LIMITS) {
    const send = (sent: Buffer, length: number): void => {
      const frame = new Frame(Buffer.from(sent.subarray(0, length)));
      for (let offset = 0; offset < length; offset = frame.end) {
        frame.seek(offset);
        if (frame.kind === Kind.More) this.asked += frame.number();
      }
    };
    const outbox = new Outbox({ send });
    const file = (name: string, stream: Readable) => new InputFile(name, stream);
    this.form = new Form(outbox, 1, { limits, file });
  }

  read(): this {
    this.form.read({
      parse: JSON.parse,
      run: (input) => {
        this.seen.push('run');
        this.input = input as Record<string, InputFile>;
      },
      fault: (error) => this.seen.push(String(error)),
      refuse: ({ code }: Refusal) => this.seen.push(code),
    });
    return this;
  }

  manifest(ids: Record<string, string>): this {
    const input = Object.entries(ids).map(([key, id]) => [key, { $runnerFile: 'File', id }]);
    this.form.part(JSON.stringify({ name: '__manifest', file: false, type: 'text/plain' }));
    this.form.push(Buffer.from(JSON.stringify({ input: Object.fromEntries(input) })));
    this.form.endPart();
    return this;
  }

  begin(id: string): this {
    this.form.part(JSON.stringify({ name: `file:${id}`, file: true, type: 'text/plain' }));
    return this;
  }

  /** Gives bytes as far as they are asked for; how many were taken before nothing more was. */
  async feed(bytes: number, fill = 'x'): Promise<number> {
    let given = 0;
    for (let idle = 0; given < bytes && idle < 20; ) {
      if (this.asked > 0) {
        const chunk = Buffer.alloc(Math.min(CHUNK, bytes - given), fill);
        this.asked -= chunk.length;
        given += chunk.length;
        this.form.push(chunk);
        idle = 0;
      }
      if (this.asked <= 0) {
        await pause(1);
        idle += 1;
      }
    }
    return given;
  }
}

/** Temporary files of ours that this process holds open. */
function spools(): number {
  if (process.platform !== 'linux') return 0;
  const names = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });
  return names.filter((name) => name.includes('runner-native-')).length;
}

async function closed(): Promise<void> {
  for (let tries = 0; spools() > 0 && tries < 500; tries += 1) await pause(2);
  assert.equal(spools(), 0);
}

describe('Form', () => {
  it('asks for nothing before it is read', async () => {
    const trial = new Trial();
    await turn();
    assert.equal(trial.asked, 0);
    trial.read();
    await turn();
    assert.equal(trial.asked, 256 * 1024);
  });

  it('asks for no more of a file than its reader takes', async () => {
    const trial = new Trial().read().manifest({ a: '1' }).begin('1');
    await turn();
    const taken = await trial.feed(10 * 2 ** 20);
    assert.ok(taken >= 256 * 1024 && taken <= 768 * 1024, String(taken));
    const whole = buffer(trial.input.a?.stream() as Readable);
    const rest = 10 * 2 ** 20 - taken;
    assert.equal(await trial.feed(rest), rest);
    trial.form.endPart();
    assert.equal((await whole).length, 10 * 2 ** 20);
    assert.equal(spools(), 0);
  });

  it('keeps what comes before the manifest on the disk, and nothing of that stays', async () => {
    const trial = new Trial().read().begin('1');
    assert.equal(await trial.feed(4 * 2 ** 20, 'ab'), 4 * 2 ** 20);
    if (process.platform === 'linux') assert.equal(spools(), 1);
    trial.form.endPart();
    trial.manifest({ a: '1' }).form.end();
    await turn();
    const whole = await buffer(trial.input.a?.stream() as Readable);
    assert.ok(whole.equals(Buffer.alloc(4 * 2 ** 20, 'ab')));
    await closed();
    assert.deepEqual(trial.seen, ['run']);
  });

  it('lets a file wait while another is read', async () => {
    const trial = new Trial().read().manifest({ a: '1', b: '2' }).begin('1');
    await turn();
    const second = buffer(trial.input.b?.stream() as Readable);
    assert.equal(await trial.feed(3 * 2 ** 20), 3 * 2 ** 20);
    trial.form.endPart();
    trial.begin('2');
    await trial.feed(CHUNK, 'b');
    trial.form.endPart();
    trial.form.end();
    assert.equal((await second).length, CHUNK);
    assert.equal((await buffer(trial.input.a?.stream() as Readable)).length, 3 * 2 ** 20);
    await closed();
  });

  it('lets nobody wait for the file under way, however many others are unread', async () => {
    const ids = ['1', '2', '3', '4', '5', '6'];
    const trial = new Trial().read().manifest(Object.fromEntries(ids.map((id) => [id, id])));
    await turn();
    for (const id of ids.slice(0, 5)) {
      trial.begin(id);
      await trial.feed(250_000);
      trial.form.endPart();
    }
    const last = buffer(trial.input['6']?.stream() as Readable);
    trial.begin('6');
    assert.equal(await trial.feed(2 * 2 ** 20), 2 * 2 ** 20);
    trial.form.endPart();
    assert.equal((await last).length, 2 * 2 ** 20);
    trial.form.leave(new Error('aborted'));
    await closed();
  });

  it('asks for no more small files than may wait', async () => {
    const trial = new Trial({ ...DEFAULT_FORM_LIMITS, files: null }).read();
    const ids = Array.from({ length: 1000 }, (_, at) => `f${at}`);
    trial.manifest(Object.fromEntries(ids.map((id) => [id, id])));
    await turn();
    let taken = 0;
    for (const id of ids) {
      trial.begin(id);
      const given = await trial.feed(10_000);
      trial.form.endPart();
      taken += given;
      if (given < 10_000) break;
    }
    // What may wait, and what was on its way.
    assert.ok(taken >= 2 ** 20 && taken <= 2.1 * 2 ** 20, String(taken));
    assert.equal(spools(), 0);
  });

  it('drops what a handler that has settled did not begin to read', async () => {
    const trial = new Trial().read().manifest({ a: '1' }).begin('1');
    await turn();
    trial.form.settled(
      () => trial.seen.push('answered'),
      () => trial.seen.push('discarded'),
    );
    assert.equal(await trial.feed(5 * 2 ** 20), 5 * 2 ** 20);
    assert.equal(spools(), 0);
    trial.form.endPart();
    assert.deepEqual(trial.seen, ['run']);
    trial.form.end();
    assert.deepEqual(trial.seen, ['run', 'answered']);
    assert.equal(trial.input.a?.stream().destroyed, true);
  });

  it('gives up its temporary file when it fails', async () => {
    const trial = new Trial().read().begin('1');
    await trial.feed(2 * 2 ** 20);
    trial.form.endPart();
    trial.form.end();
    assert.deepEqual(trial.seen, ['MISSING_MANIFEST']);
    await closed();
  });

  it('gives a place back once the client has left and the handler has settled', async () => {
    const early = new Trial().read();
    early.form.leave(new Error('aborted'));
    assert.deepEqual(early.seen, ['CLOSING']);

    const started = new Trial().read().manifest({});
    started.form.leave(new Error('aborted'));
    await turn();
    assert.deepEqual(started.seen, ['CLOSING']);

    const trial = new Trial().read().manifest({ a: '1' }).begin('1');
    await turn();
    const reading = buffer(trial.input.a?.stream() as Readable);
    trial.form.leave(new Error('aborted'));
    await assert.rejects(reading, /aborted/);
    assert.deepEqual(trial.seen, ['run']);
    trial.form.settled(
      () => trial.seen.push('answered'),
      () => trial.seen.push('discarded'),
    );
    assert.deepEqual(trial.seen, ['run', 'discarded', 'CLOSING']);
  });

  it('takes a second part of an id as more of the file, unless its end was seen', async () => {
    const begun = async (): Promise<[Trial, Readable]> => {
      const trial = new Trial().read().manifest({ a: '1' }).begin('1');
      await turn();
      trial.form.push(Buffer.from('one, '));
      trial.form.endPart();
      return [trial, trial.input.a?.stream() as Readable];
    };
    const [trial, stream] = await begun();
    trial.begin('1').form.push(Buffer.from('two'));
    trial.form.endPart();
    assert.equal(String(await buffer(stream)), 'one, two');

    const [other, read] = await begun();
    assert.equal(String(await buffer(read)), 'one, ');
    other.begin('1');
    assert.deepEqual(other.seen, ['run', 'INVALID_MULTIPART']);
  });
});
