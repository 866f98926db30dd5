import type { IncomingHttpHeaders } from 'node:http';
import { Flag, type Frame, type HeadText } from './frames';
import { parseHeaders } from './headers';

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
}

/** One call on its way through JavaScript. Everything a handler may never ask for is made when it asks. */
export class Call implements CallContext {
  readonly kind: TargetKind;
  /** The id of the call on the bridge. */
  readonly number: number;
  readonly authenticated: boolean;
  readonly admitted: boolean;
  private readonly head: HeadText;
  private parsedHeaders: IncomingHttpHeaders | undefined;
  private controller: AbortController | undefined;
  private cancelled = false;

  constructor(
    frame: Frame,
    readonly method: 'GET' | 'POST',
  ) {
    this.head = frame.head();
    this.kind = frame.has(Flag.Event) ? 'event' : 'task';
    this.number = frame.id;
    this.authenticated = frame.has(Flag.Authenticated);
    this.admitted = frame.has(Flag.Admitted);
  }

  get id(): string {
    return this.head.targetId;
  }

  get requestId(): string {
    return this.head.text.slice(0, this.head.urlAt);
  }

  get url(): string {
    return this.head.text.slice(this.head.urlAt, this.head.headersAt);
  }

  get path(): string {
    return new URL(this.url, 'http://localhost').pathname;
  }

  get headers(): IncomingHttpHeaders {
    if (this.parsedHeaders === undefined) {
      this.parsedHeaders = parseHeaders(this.head.text.slice(this.head.headersAt));
      // The id that was accepted or made stands in for the one that was sent.
      this.parsedHeaders['x-runner-request-id'] = this.requestId;
    }
    return this.parsedHeaders;
  }

  /** The body's text. */
  get body(): string {
    return this.head.body;
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.cancelled) this.controller.abort(clientLeft());
    }
    return this.controller.signal;
  }

  get isCancelled(): boolean {
    return this.cancelled;
  }

  /** Nobody waits for the answer any more. */
  cancel(): void {
    this.cancelled = true;
    this.controller?.abort(clientLeft());
  }
}

function clientLeft(): DOMException {
  return new DOMException('The caller no longer waits for this call', 'AbortError');
}
