import { Demand } from '../demand';
import { Refusal } from '../errors';
import type { Outbox } from '../outbox';
import { type Entry, Files, type MakeFile } from './files';
import type { FormLimits } from './limits';
import { hydrate, Manifest } from './manifest';
import { Spool } from './spool';

/** While so many bytes wait for the disk, nothing more is asked for. */
const PENDING = 256 * 1024;
/** So many bytes of one file wait in memory for their reader, and of all files together. */
const PER_FILE = 256 * 1024;
const IN_ALL = 1024 * 1024;
/** What was put aside and is not read for so long after the answer never will be. */
const FORGOTTEN_MS = 60_000;

/** What a form is read by. */
export interface FormRules {
  readonly limits: FormLimits;
  readonly file: MakeFile;
}

/** What comes of a form. */
export interface Steps {
  parse(text: string): unknown;
  /** The manifest is there, while files still come. */
  run(input: unknown): void;
  /** The form can't be read to its end: that is the answer, whatever the handler does. */
  refuse(refusal: Refusal): void;
  /** Why a file could not be kept; nobody else is told. */
  fault(error: unknown): void;
}

/** A part's head as Rust writes it. */
interface Head {
  name: string;
  file: boolean;
  filename?: string;
  type: string;
  charset?: string;
}

/** A field whose bytes are collected. */
interface Field {
  readonly charset: string | undefined;
  readonly chunks: Buffer[];
}

/**
 * The form of one call (contract 1.13). Its manifest is the input; the handler runs as soon as that is there, and its
 * answer waits until the form has been read to its end.
 */
export class Form {
  private readonly files: Files;
  private readonly spool = new Spool();
  private manifest: Manifest | undefined;
  private steps: Steps | undefined;
  private state: 'reading' | 'complete' | 'failed' | 'left' = 'reading';
  private hasStarted = false;
  private hasSettled = false;
  /** What is done with the handler's outcome once the form has ended, and what if it never does. */
  private outcome: { conclude: () => void; discard: () => void } | undefined;
  private file: Entry | undefined;
  private field: Field | undefined;
  private readonly demand: Demand;
  /** Called when nothing more of it comes. */
  onEnd: () => void = () => {};

  constructor(
    outbox: Outbox,
    id: number,
    private readonly rules: FormRules,
  ) {
    this.demand = new Demand(outbox, id);
    this.files = new Files(rules.limits.files, rules.file, () => this.moved());
  }

  /** Whether something may still come. */
  get isOpen(): boolean {
    return this.state === 'reading';
  }

  /** Nothing is asked for before. */
  read(steps: Steps): void {
    this.steps = steps;
    this.manifest = new Manifest(this.rules.limits, steps.parse);
    this.ask();
  }

  /** A part begins. */
  part(head: string): void {
    this.demand.came(Buffer.byteLength(head));
    if (!this.isOpen) return;
    const { name, file, filename, type, charset } = JSON.parse(head) as Head;
    if (file) this.attempt(() => this.come(name.slice('file:'.length), filename, type));
    else this.field = { charset, chunks: [] };
    this.ask();
  }

  /** The next bytes of the part under way. */
  push(bytes: Buffer): void {
    this.demand.came(bytes.length);
    if (!this.isOpen) return;
    if (this.field !== undefined) this.field.chunks.push(bytes);
    else if (this.file !== undefined) this.keep(this.file, bytes);
    this.ask();
  }

  /** The part under way is complete. */
  endPart(): void {
    if (!this.isOpen) return;
    const { field, file } = this;
    this.field = undefined;
    this.file = undefined;
    file?.stream.finish();
    if (field !== undefined) this.attempt(() => this.start(field));
    this.ask();
  }

  /** The form is complete. */
  end(): void {
    if (!this.isOpen) return;
    if (!this.hasStarted) return this.fail(new Refusal('MISSING_MANIFEST'));
    const isMissing = this.files.all().some(({ isExpected, hasCome }) => isExpected && !hasCome);
    if (isMissing) return this.fail(new Refusal('MISSING_FILE_PART'));
    this.files.sayAgain();
    this.state = 'complete';
    this.drop();
    this.onEnd();
    this.outcome?.conclude();
  }

  /** It can't be read to its end. */
  fail(refusal: Refusal): void {
    if (!this.isOpen) return;
    this.close('failed', new Error(refusal.message));
    this.steps?.refuse(refusal);
  }

  /** The client has left. The call keeps its place until its handler has settled. */
  leave(error: Error): void {
    if (this.state === 'failed') return;
    const { state } = this;
    this.close('left', error);
    if (state === 'reading' && (!this.hasStarted || this.hasSettled)) this.giveBack();
  }

  /**
   * The handler has settled: what nobody reads is not waited for, and `conclude` answers when the form has ended.
   * `discard` is called instead where the outcome is of no use.
   */
  settled(conclude: () => void, discard: () => void): void {
    this.hasSettled = true;
    if (this.state === 'failed' || this.state === 'left') {
      discard();
      if (this.state === 'left') this.giveBack();
      return;
    }
    this.outcome = { conclude, discard };
    this.drop();
    if (this.state === 'complete') conclude();
    else this.ask();
  }

  /** The call has been answered. */
  over(): void {
    if (this.isOpen) this.close('failed', new Error('the call has been answered'));
    else if (this.spool.isUsed) this.forget();
  }

  private come(id: string, filename: string | undefined, type: string): void {
    const entry = this.files.come(id, filename, type);
    // Parts of the same id are one file, unless its reader has seen the end of it.
    if (entry.hasCome && !entry.stream.reopen()) throw new Refusal('INVALID_MULTIPART');
    entry.hasCome = true;
    this.file = entry;
  }

  private start({ charset, chunks }: Field): void {
    const { steps, manifest } = this;
    if (steps === undefined || manifest === undefined) return;
    const { input } = manifest.add(Buffer.concat(chunks), charset);
    if (this.hasStarted) return;
    const hydrated = hydrate(input, (id, meta) => this.files.expect(id, meta).file);
    this.hasStarted = true;
    // Files that came together with the manifest are known to the handler.
    queueMicrotask(() => {
      if (this.state === 'left') this.giveBack();
      else steps.run(hydrated);
    });
  }

  private keep(entry: Entry, bytes: Buffer): void {
    const { stream } = entry;
    if (this.isUnread(entry)) {
      stream.destroy(new Error('nobody read the file when it came'));
    } else if (this.isCrowded(entry) && this.goesOn(entry)) {
      const stored = this.spool.store(bytes);
      stored.written.then(this.ask, (error) => {
        if (this.isOpen) this.steps?.fault(error);
        this.fail(new Refusal('STREAM_ERROR'));
      });
      stream.giveStored(stored);
    } else {
      stream.give(bytes);
    }
  }

  private readonly ask = (): void => {
    if (!this.isOpen || this.spool.pending > PENDING) return;
    if (this.isCrowded(this.file) && !this.goesOn(this.file)) return;
    this.demand.ask();
  };

  /** Nobody has a use for it: not the manifest, or not the handler, which has settled without it. */
  private isUnread({ file, stream, isExpected }: Entry): boolean {
    const isTaken = (file as { _consumed?: unknown })._consumed === true;
    return stream.destroyed || (this.hasStarted && !isExpected) || (this.hasSettled && !isTaken);
  }

  /** As much waits in memory as may, of the file under way or of all; whoever reads that one is not kept waiting. */
  private isCrowded(entry: Entry | undefined): boolean {
    const isFull = this.files.memory.held >= IN_ALL;
    if (entry === undefined) return isFull;
    const { stream } = entry;
    return !this.isUnread(entry) && (stream.held >= PER_FILE || (isFull && !stream.isHungry));
  }

  /** The form goes on though its file is not read: for the manifest, for another file, or for the answer. */
  private goesOn(entry: Entry | undefined): boolean {
    return (
      !this.hasStarted ||
      this.hasSettled ||
      this.files.all().some((other) => other !== entry && other.stream.isHungry)
    );
  }

  private moved(): void {
    this.ask();
    const isRead = (entry: Entry): boolean => !entry.stream.isStored || entry.stream.destroyed;
    if (!this.isOpen && this.spool.isUsed && this.files.all().every(isRead)) this.spool.close();
  }

  private attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.fail(error instanceof Refusal ? error : new Refusal('INTERNAL_ERROR'));
    }
  }

  /** What was put aside for nobody. */
  private drop(): void {
    for (const entry of this.files.all()) {
      if (entry.stream.isStored && this.isUnread(entry))
        entry.stream.destroy(new Error('nobody read the file'));
    }
  }

  private close(state: 'failed' | 'left', error: Error): void {
    const wasOpen = this.isOpen;
    this.state = state;
    // The handler may have been started in this very turn: it has to be there to hear of it.
    setImmediate(() => {
      for (const { stream } of this.files.all()) stream.destroy(error);
      this.spool.close();
    });
    if (!wasOpen) return;
    this.outcome?.discard();
    this.onEnd();
  }

  /** Nobody reads the answer; it only gives the call's place back. */
  private giveBack(): void {
    this.steps?.refuse(new Refusal('CLOSING'));
  }

  /** Readers may go on after the answer; those who have stopped don't keep the disk for ever. */
  private forget(reads = this.spool.reads): void {
    setTimeout(() => {
      if (!this.spool.isUsed) return;
      if (this.spool.reads !== reads) this.forget();
      else this.close('failed', new Error('nobody read the file'));
    }, FORGOTTEN_MS).unref();
  }
}
