import type { Readable } from 'node:stream';
import { Refusal } from '../errors';
import { FileStream, type Memory } from './file_stream';

/** What a handler gets for a file. */
export interface FormFile {
  name: string;
  type?: string | undefined;
  size?: number | undefined;
  lastModified?: number | undefined;
  extra?: Record<string, unknown> | undefined;
}

/** Makes one, of which nothing is known but a name. */
export type MakeFile = (name: string, stream: Readable) => FormFile;

/** One file of a form: from its part, from the manifest, or from both. */
export interface Entry {
  readonly file: FormFile;
  readonly stream: FileStream;
  /** The manifest speaks of it. */
  isExpected: boolean;
  /** A part of it has come. */
  hasCome: boolean;
  /** What the manifest says of it. */
  said: Partial<FormFile>;
}

const DEFAULT_NAME = 'upload';
const MEMBERS = ['name', 'type', 'size', 'lastModified', 'extra'] as const;

/** The files of one form by their ids. */
export class Files {
  private readonly entries = new Map<string, Entry>();
  readonly memory: Memory = { held: 0 };

  constructor(
    private readonly most: number | null,
    private readonly make: MakeFile,
    private readonly moved: () => void,
  ) {}

  all(): Entry[] {
    return [...this.entries.values()];
  }

  /** A part has come; what the manifest says of its file counts more. */
  come(id: string, filename: string | undefined, type: string): Entry {
    const entry = this.entry(id);
    const { file, said } = entry;
    const isNamed = said.name !== undefined || (file.name && file.name !== DEFAULT_NAME);
    if (filename !== undefined && !isNamed) file.name = filename;
    if (said.type === undefined) file.type ??= type;
    return entry;
  }

  /** The manifest speaks of a file. */
  expect(id: string, meta: unknown): Entry {
    const entry = this.entry(id);
    entry.isExpected = true;
    entry.said = { ...entry.said, ...(meta as object | undefined) };
    this.say(entry);
    return entry;
  }

  /** Whatever a handler has made of them: what the manifest says stands in them again. */
  sayAgain(): void {
    for (const entry of this.entries.values()) this.say(entry);
  }

  private say({ file, said }: Entry): void {
    for (const member of MEMBERS) {
      if (said[member] !== undefined) Object.assign(file, { [member]: said[member] });
    }
  }

  /** @throws {Refusal} when there are too many. */
  private entry(id: string): Entry {
    let entry = this.entries.get(id);
    if (entry === undefined) {
      if (this.most !== null && this.entries.size >= this.most) {
        throw new Refusal('PAYLOAD_TOO_LARGE', 'Files limit exceeded');
      }
      const stream = new FileStream(this.memory, this.moved);
      const file = this.make(DEFAULT_NAME, stream);
      entry = { file, stream, isExpected: false, hasCome: false, said: {} };
      this.entries.set(id, entry);
    }
    return entry;
  }
}
