import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Download } from './download';
import { Refusal } from './errors';
import type { Form } from './form/form';
import { Flag, type Frame, type HeadText } from './frames';
import type { Gathering } from './gathering';
import { foldHeaders, readRawHeaders, readRawTrailers, readTrailerLines } from './headers';
import type { Channel, Streamed } from './streamed';
import type { Upload } from './upload';

/** The two kinds of thing that can be called. */
export type TargetKind = 'task' | 'event';

/** What is known of a request before its body. `validate` gets one. */
export interface RequestHead {
  readonly method: string;
  /** The request target as it was sent, with its query. */
  readonly url: string;
  /** The target's path. */
  readonly path: string;
  /** As in `node:http`: names in lower case, several lines joined. */
  readonly headers: IncomingHttpHeaders;
  readonly requestId: string;
}

/** What a handler is told about its call, beside the input. */
export interface CallContext extends RequestHead {
  /** The id of the task or event. */
  readonly id: string;
  /** Aborts when the client goes away or the time is up; never after an answer. */
  readonly signal: AbortSignal;
  /** The bytes of an `application/octet-stream` body, as they come; `undefined` for any other. */
  readonly body: Readable | undefined;
}

/** What a handler has done to the answer beside returning something. */
export interface Aside {
  /** Whether it answers by itself. */
  readonly isTaken: boolean;
  /** Reason phrase and headers for the reply frame; none: the usual ones. */
  head(): string | undefined;
  /** Whether it has answered completely. */
  readonly isEnded: boolean;
  /** The call has been answered with this status, and not by the handler itself. */
  answered(status: number): void;
  /** The client has left. */
  left(): void;
  /** A way for an answer that is streamed, beside what the handler does; none where it has not looked at the answer. */
  channel(streamed: Streamed): Channel | undefined;
}

/** One call on its way through JavaScript. Everything a handler may never ask for is made when it asks. */
export class Call implements CallContext {
  readonly kind: TargetKind;
  /** The id of the call on the bridge. */
  readonly number: number;
  /** Its place in Rust's table of calls. */
  readonly place: number;
  readonly authenticated: boolean;
  readonly admitted: boolean;
  /** `JSON.parse` and the Runner's serializer read the body alike. */
  readonly isPlain: boolean;
  /** A header `x-runner-context` was sent. */
  readonly hasContext: boolean;
  private readonly text: HeadText;
  private sentHead: string | undefined;
  private sentHeaders: string[] | undefined;
  private sentTrailers: string[] | undefined;
  private foldedHeaders: IncomingHttpHeaders | undefined;
  private controller: AbortController | undefined;
  private octets: Readable | undefined;
  private cancelled = false;
  private departure: unknown;
  /** Present once a handler has touched the answer itself. */
  aside: Aside | undefined;
  /** The body, where the handler reads it by itself. */
  upload: Upload | undefined;
  /** The body, where it is a form with files. */
  form: Form | undefined;
  /** The body, where it is JSON that comes in pieces. */
  gathering: Gathering | undefined;
  /** The answer's way, once it is sent in pieces. */
  download: Download | undefined;
  /** Nothing more of an answer can be sent. */
  isAnswered = false;
  /** Opens that way; it is over already if the call was answered. */
  openDownload: () => Download = unopened;

  constructor(
    frame: Frame,
    readonly method: 'GET' | 'POST',
  ) {
    this.text = frame.head();
    this.kind = frame.has(Flag.Event) ? 'event' : 'task';
    this.number = frame.id;
    this.place = frame.place;
    this.authenticated = frame.has(Flag.Authenticated);
    this.admitted = frame.has(Flag.Admitted);
    this.isPlain = frame.has(Flag.Plain);
    this.hasContext = frame.has(Flag.Context);
  }

  get id(): string {
    return this.text.targetId;
  }

  get requestId(): string {
    return this.text.requestId;
  }

  /** `remoteAddress remotePort localAddress localPort`, as a socket shows them; empty if unknown. */
  get peers(): string {
    return this.text.peers;
  }

  get url(): string {
    // Between the two blanks of the request line; there are no others.
    const start = this.head.indexOf(' ') + 1;
    return this.head.slice(start, this.head.indexOf(' ', start));
  }

  get path(): string {
    return new URL(this.url, 'http://localhost').pathname;
  }

  /** As in `node:http`: `1.0` or `1.1`. */
  get httpVersion(): string {
    const end = this.head.indexOf('\r');
    return this.head.slice(end - '1.1'.length, end);
  }

  /** As in `node:http`: names and values in turn, as they were sent. */
  get rawHeaders(): string[] {
    this.sentHeaders ??= readRawHeaders(this.head);
    return this.sentHeaders;
  }

  /** Likewise, of the lines behind a chunked body; none before the body has been read. */
  get rawTrailers(): string[] {
    this.sentTrailers ??= readRawTrailers(this.head);
    return this.sentTrailers;
  }

  /** The body has come to its end, with these lines behind it. */
  trailed(lines: string): void {
    if (lines !== '') this.sentTrailers = readTrailerLines(lines);
  }

  get headers(): IncomingHttpHeaders {
    if (this.foldedHeaders === undefined) {
      this.foldedHeaders = foldHeaders(this.rawHeaders);
      // The id that was accepted or made stands in for the one that was sent.
      this.foldedHeaders['x-runner-request-id'] = this.requestId;
    }
    return this.foldedHeaders;
  }

  /** The text of the body that came with the call; empty where it comes in pieces. */
  get sentText(): string {
    return this.text.body;
  }

  get body(): Readable | undefined {
    const { upload } = this;
    if (this.octets === undefined && upload !== undefined) {
      const { Octets } = require('./octets') as typeof import('./octets');
      this.octets = new Octets(upload);
    }
    return this.octets;
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.cancelled) this.controller.abort(this.departure);
    }
    return this.controller.signal;
  }

  get isCancelled(): boolean {
    return this.cancelled;
  }

  /** Nobody waits for the answer any more; `departure` is what the signal gives as its reason. */
  cancel(departure: unknown): void {
    this.cancelled = true;
    this.departure = departure;
    this.controller?.abort(departure);
    this.upload?.fail(aborted());
    this.form?.leave(aborted());
    // Nobody reads the answer; it only gives the call's place back.
    this.gathering?.fail(new Refusal('CLOSING'));
    this.download?.break();
    this.aside?.left();
  }

  private get head(): string {
    this.sentHead ??= this.text.head;
    return this.sentHead;
  }
}

/** What a message of `node:http` ends with when its client leaves. */
function aborted(): Error {
  return Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
}

function unopened(): never {
  throw new Error('this call has no dispatcher');
}
