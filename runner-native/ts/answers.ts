import type { Application, Failure, Request } from './application';
import type { Call } from './call';
import { Direct, Download } from './download';
import { Refusal } from './errors';
import type { LiveCalls } from './live_calls';
import { log } from './log';
import type { Outbox } from './outbox';
import { discard, readStreamed, type Streamed } from './streamed';

/** What calls are answered with: whole, in pieces, or not at all. */
export class Answers {
  constructor(
    private readonly application: Application,
    private readonly outbox: Outbox,
    private readonly live: LiveCalls,
  ) {}

  /** Opens the way on which an answer is sent in pieces. */
  open(call: Call): Download {
    if (call.download === undefined) {
      call.download = new Download(this.outbox, call.number, call.isAnswered);
      call.download.onOver = () => this.answered(call);
      this.live.keep(call);
      // Nobody is there: what is written goes nowhere, and nobody waits for room.
      if (call.isCancelled) call.download.break();
    }
    return call.download;
  }

  succeed(call: Call, request: Request, result: unknown): void {
    let answer: string | Streamed | undefined;
    try {
      answer = call.kind === 'task' ? readStreamed(result) : undefined;
      // A handler that answers by itself may go on doing so.
      if (answer === undefined && call.aside?.isTaken) return;
      answer ??= this.application.succeed(request, result);
    } catch (error) {
      return this.fail(call, error);
    }
    if (typeof answer === 'string') this.reply(call, 200, answer);
    else this.stream(call, answer);
  }

  private stream(call: Call, streamed: Streamed): void {
    const { send } = require('./sending') as typeof import('./sending');
    const { source } = streamed;
    const { aside } = call;
    if (call.isCancelled || aside?.isEnded) {
      discard(source);
      // Rust waits for word of a call that was cancelled; one that has ended is over.
      if (call.isCancelled) this.open(call).break();
      return;
    }
    if (aside?.isTaken) {
      discard(source);
      return this.fail(
        call,
        new Error('a stream was returned for a call that the task had begun to answer by itself'),
      );
    }
    const download = this.open(call);
    const channel = aside?.channel(streamed) ?? this.direct(call, download, streamed);
    const { onOver } = download;
    let stop = (): void => {};
    download.onOver = () => {
      onOver();
      stop();
    };
    stop = send(source, channel, (error) => {
      const failure = this.failure(call, error);
      if (!channel.hasBegun) this.reply(call, failure.status, failure.text);
    });
  }

  private direct(call: Call, download: Download, { status, headers }: Streamed): Direct {
    return new Direct(download, status, { 'x-runner-request-id': call.requestId }, headers);
  }

  fail(call: Call, error: unknown): void {
    if (isRefusal(error)) return this.refuse(call, error);
    const { status, text } = this.failure(call, error);
    if (call.aside?.isTaken) call.openDownload().break();
    else this.reply(call, status, text);
  }

  /** Anything can be thrown, also what can't be looked at; it must have an answer all the same. */
  private failure(call: Call, error: unknown): Failure {
    try {
      return this.application.fail(error, call);
    } catch (fault) {
      return this.bland(fault);
    }
  }

  refuse(call: Call, refusal: Refusal): void {
    this.envelope(call, refusal.status, refusal.envelope);
  }

  /** Answers with an envelope that is no handler's. */
  envelope(call: Call, status: number, envelope: object): void {
    try {
      this.reply(call, status, this.application.stringify(envelope));
    } catch (error) {
      // A serializer that can't even write this.
      const { status, text } = this.bland(error);
      this.reply(call, status, text);
    }
  }

  bland(error: unknown): Failure {
    log(this.application.logger, 'error', 'exposure.http.unhandled', { error });
    const { status, envelope } = new Refusal('INTERNAL_ERROR');
    return { status, text: JSON.stringify(envelope) };
  }

  private reply(call: Call, status: number, text: string): void {
    // A handler that cut the connection, or began to answer by itself, has no second answer.
    if (call.isAnswered) return;
    const { aside } = call;
    this.outbox.reply(call.number, status, text, aside?.head());
    aside?.answered(status);
    this.answered(call);
  }

  /** Nothing more comes for it, and nothing more of it is sent. */
  private answered(call: Call): void {
    call.isAnswered = true;
    this.live.drop(call);
    call.upload?.fail(new Error('the call has been answered'));
    call.form?.over();
  }
}

function isRefusal(error: unknown): error is Refusal {
  try {
    return error instanceof Refusal;
  } catch {
    return false;
  }
}
