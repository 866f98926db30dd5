import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Bytes that have been put aside. */
export interface Stored {
  readonly length: number;
  /** Settles when they are on the disk. */
  readonly written: Promise<void>;
  read(): Promise<Buffer>;
}

/** A temporary file for what would be too much memory. It has no name while it is used, so that nothing of it stays. */
export class Spool {
  private file: Promise<FileHandle> | undefined;
  private path = '';
  private last: Promise<void> = Promise.resolve();
  private end = 0;
  private isClosed = false;
  /** Bytes on their way to the disk. */
  pending = 0;
  /** How often something was read: who waits for nothing sees it stand still. */
  reads = 0;

  get isUsed(): boolean {
    return this.file !== undefined && !this.isClosed;
  }

  store(bytes: Buffer): Stored {
    const { length } = bytes;
    const position = this.end;
    this.end += length;
    this.pending += length;
    const written = this.last.then(() => this.write(bytes, position));
    this.last = written;
    return { length, written, read: () => this.read(written, position, length) };
  }

  /** Nothing is read from it any more. */
  close(): void {
    if (!this.isUsed) return;
    this.isClosed = true;
    const { file, path } = this;
    const end = async (): Promise<void> => {
      await (await file)?.close();
      if (path !== '') await unlink(path);
    };
    this.last.then(end, end).catch(() => {});
  }

  private async write(bytes: Buffer, position: number): Promise<void> {
    this.file ??= this.open();
    const file = await this.file;
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at);
      at += bytesWritten;
    }
    this.pending -= bytes.length;
  }

  private async read(written: Promise<void>, position: number, length: number): Promise<Buffer> {
    await written;
    this.reads += 1;
    const bytes = Buffer.allocUnsafe(length);
    const read = await (await this.file)?.read(bytes, 0, length, position);
    if (read?.bytesRead !== length) throw new Error('the temporary file is shorter than it was');
    return bytes;
  }

  private async open(): Promise<FileHandle> {
    const path = join(tmpdir(), `runner-native-${crypto.randomUUID()}`);
    const file = await open(path, 'wx+', 0o600);
    // Not every system lets go of a file's name while it is open.
    await unlink(path).catch(() => {
      this.path = path;
    });
    return file;
  }
}
