import { headText } from './headers';
import type { Outbox } from './outbox';
import type { Channel, Streamed } from './streamed';
import { Window } from './window';

/** The system's own buffers take less than so many bytes for a client that is slow. */
const BUFFERED = 4 * 1024 * 1024;

/** The body of an answer that is sent as it comes. */
export class Download {
  /** A writer waits when it is full. */
  private readonly window = new Window(BUFFERED);
  private outstanding = 0;
  private readonly blocked: (() => void)[] = [];
  private state: 'new' | 'begun' | 'over' = 'new';
  /** Called once it is complete, broken off, or nobody takes it any more. */
  onOver: () => void = () => {};

  constructor(
    private readonly outbox: Outbox,
    private readonly id: number,
    isAnswered = false,
  ) {
    if (isAnswered) this.state = 'over';
  }

  get hasBegun(): boolean {
    return this.state !== 'new';
  }

  get isOver(): boolean {
    return this.state === 'over';
  }

  /** Sends an answer before the answer (1xx). */
  interim(text: string): void {
    if (this.state === 'new') this.outbox.interim(this.id, text);
  }

  /** Sends the head; see `Outbox.begin`. `isBare`: the front adds nothing to it but what frames the answer. */
  begin(status: number, head: string, isBare = false): void {
    if (this.state !== 'new') return;
    this.state = 'begun';
    this.outbox.begin(this.id, status, head, isBare);
  }

  /** Sends an answer without any bytes. */
  complete(status: number, head: string): void {
    if (this.state !== 'new') return;
    this.outbox.reply(this.id, status, '', head);
    this.over();
  }

  /** Sends bytes; `done` is called when there is room for more. */
  write(bytes: Uint8Array, done: () => void): void {
    if (this.state === 'begun') {
      this.outbox.data(this.id, bytes);
      this.outstanding += bytes.length;
    }
    if (this.state !== 'begun' || this.outstanding < this.window.size) done();
    else this.blocked.push(done);
  }

  /** The client has taken so many bytes. */
  taken(bytes: number): void {
    this.outstanding -= bytes;
    this.window.turn(bytes);
    while (this.outstanding < this.window.size) {
      const done = this.blocked.shift();
      if (done === undefined) return;
      done();
    }
  }

  /** It is complete; `trailers` are lines `name:value\n`. */
  finish(trailers?: string): void {
    if (this.state !== 'begun') return;
    this.outbox.finish(this.id, trailers);
    this.over();
  }

  /** It can't be completed, or nobody is there to take it: the connection is cut. */
  break(): void {
    if (this.state === 'over') return;
    this.outbox.break(this.id);
    this.over();
  }

  private over(): void {
    this.state = 'over';
    for (const done of this.blocked.splice(0)) done();
    this.onOver();
  }
}

/** Sends a source straight to the client. */
export class Direct implements Channel {
  constructor(
    private readonly download: Download,
    private readonly status: number,
    private readonly headers: Readonly<Record<string, unknown>>,
    private readonly winning: Streamed['headers'],
  ) {}

  get hasBegun(): boolean {
    return this.download.hasBegun;
  }

  write(bytes: Uint8Array, done: () => void): void {
    this.download.begin(this.status, this.head());
    this.download.write(bytes, done);
  }

  end(last?: Uint8Array): void {
    const { download, status } = this;
    if (last === undefined) {
      download.complete(status, this.head());
    } else {
      download.begin(status, this.head({ 'content-length': last.length }));
      download.write(last, () => {});
    }
    download.finish();
  }

  break(): void {
    this.download.break();
  }

  private head(more: object = {}): string {
    return headText('', this.headers, { ...more, ...this.winning });
  }
}
