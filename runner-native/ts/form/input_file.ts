import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { FormFile } from './files';

/** A file that came with a call, to be read once. The Runner's own is of the same make. */
export class InputFile implements FormFile {
  private _consumed = false;
  name: string;
  type: string | undefined;
  /** As the sender said; nobody has counted. */
  size: number | undefined;
  lastModified: number | undefined;
  extra: Record<string, unknown> | undefined;
  private readonly _stream: Readable;

  /** @internal */
  constructor(name: string, stream: Readable) {
    this.name = name;
    this._stream = stream;
  }

  /**
   * Its bytes, as they come.
   *
   * @throws {Error} the second time.
   */
  stream(): Readable {
    if (this._consumed)
      throw new Error(`the file ${this.name} has been read already: its stream is for one use`);
    this._consumed = true;
    return this._stream;
  }

  /** The same, for those who await it. */
  async resolve(): Promise<{ stream: Readable }> {
    return { stream: this.stream() };
  }

  /** Writes it to a file of its own, by default among the system's temporary ones; nobody removes that. */
  async toTempFile(folder?: string): Promise<{ path: string; bytesWritten: number }> {
    const [{ tmpdir }, { mkdir }, { pipeline }] = await Promise.all([
      import('node:os'),
      import('node:fs/promises'),
      import('node:stream/promises'),
    ]);
    const target = folder ?? tmpdir();
    const path = join(target, temporaryName(this.name));
    await mkdir(target, { recursive: true });
    const file = createWriteStream(path, { flags: 'wx' });
    await pipeline(this.stream(), file);
    return { path, bytesWritten: file.bytesWritten };
  }
}

function temporaryName(name: string): string {
  const safe = name.replace(/[^a-zA-Z0-9._-]/g, '_').slice(0, 64) || 'upload';
  return `${safe}.${Date.now()}.${crypto.randomUUID().slice(0, 8)}`;
}
