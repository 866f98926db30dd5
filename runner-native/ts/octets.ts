import { Readable } from 'node:stream';
import type { Upload } from './upload';

/** The body of a call as a stream of bytes. */
export class Octets extends Readable {
  constructor(private readonly upload: Upload) {
    super();
    upload.readInto(this);
  }

  override _read(): void {
    this.upload.want();
  }

  /** An error that nobody listens to must not end the process: a client that leaves is no fault. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    done(this.listenerCount('error') > 0 ? error : null);
  }
}
