import { AsyncResource } from 'node:async_hooks';
import type { Application, Failure, Request } from './application';
import { Call } from './call';
import { Direct, Download } from './download';
import { type ErrorCode, Refusal } from './errors';
import { Form } from './form/form';
import { Flag, Frame, Kind } from './frames';
import { log } from './log';
import { Outbox, type Send } from './outbox';
import { isAccepted, isThenable, readRequest } from './reply';
import { discard, discardResult, readStreamed, type Streamed, send } from './streamed';
import { Upload } from './upload';

/** A call, and the scope in which its pieces arrive: none of another request's may be visible there. */
interface Live {
  readonly call: Call;
  readonly scope: AsyncResource;
}

/**
 * Runs calls. Frames come in by {@link receive}, answers leave by `send`; whether Rust sits in this process or behind a
 * socket is the same from here.
 */
export class Dispatcher {
  private readonly outbox: Outbox;
  /** The context of whoever called `listen()`; every request starts from it, and never from another request's. */
  private readonly origin = new AsyncResource('RUNNER_SERVER');
  /** Calls that wait for a promise, to be found by a cancel. */
  private readonly waiting = new Map<number, Call>();
  /** Calls whose body or answer is on its way in pieces. */
  private readonly live = new Map<number, Live>();
  private buffer: Buffer = Buffer.alloc(0);
  private frame = new Frame(this.buffer);

  constructor(
    private readonly application: Application,
    send: Send,
    private readonly onClosed: (reason: string) => void,
  ) {
    this.outbox = new Outbox(send);
  }

  /** Takes the first `length` bytes of `buffer`: whole frames. The buffer may be used again afterwards. */
  receive(buffer: Buffer, length: number): void {
    if (this.buffer !== buffer) {
      this.buffer = buffer;
      this.frame = new Frame(buffer);
    }
    this.outbox.hold();
    const before = this.waiting.size;
    try {
      this.origin.runInAsyncScope(this.receiveAll, this, length);
    } finally {
      this.outbox.release(this.waiting.size > before);
    }
  }

  private receiveAll(length: number): void {
    const { frame } = this;
    for (let offset = 0; offset < length; offset = frame.end) {
      frame.seek(offset);
      try {
        this.receiveOne(frame);
      } catch (error) {
        // What may fail is caught where it fails. This is for what nobody thought of: one call's fault stays one call's.
        const { status, text } = this.bland(error);
        this.outbox.reply(frame.id, status, text);
      }
    }
  }

  private receiveOne(frame: Frame): void {
    switch (frame.kind) {
      case Kind.Call:
        return this.start(this.received(frame), this.run);
      case Kind.Part:
      case Kind.Chunk:
      case Kind.End:
      case Kind.Unreadable:
      case Kind.Taken:
        return this.arrived(frame);
      case Kind.Admit:
        return this.start(new Call(frame, 'POST'), this.admit);
      case Kind.Discover:
        return this.start(new Call(frame, 'GET'), this.discover);
      case Kind.Origin:
        return this.allowOrigin(frame.id, frame.has(Flag.Present) ? frame.latin1() : undefined);
      case Kind.Cancel:
        return this.cancel(frame.id);
      case Kind.Report:
        return this.report(frame.utf8());
      case Kind.Closed:
        this.leaveAll();
        return this.onClosed(frame.utf8());
    }
  }

  private received(frame: Frame): Call {
    const call = new Call(frame, 'POST');
    call.openDownload = () => this.open(call);
    if (frame.has(Flag.Multipart)) {
      call.form = new Form(this.outbox, call.number, this.application.form);
      this.keep(call);
    }
    if (frame.has(Flag.Octets)) {
      const isStreamed = frame.has(Flag.Streamed);
      call.upload = new Upload(this.outbox, call.number, frame.bytes(), isStreamed);
      if (isStreamed) this.keep(call);
    }
    return call;
  }

  /** Every request runs in a scope of its own, so that no client's `AsyncLocalStorage` store reaches another's. */
  private start(call: Call, step: (call: Call) => void): void {
    const live = this.live.get(call.number);
    const scope = live?.call === call ? live.scope : new AsyncResource('RUNNER_REQUEST');
    scope.runInAsyncScope(this.authenticate, this, call, step);
  }

  private keep(call: Call): void {
    if (!this.live.has(call.number)) {
      this.live.set(call.number, { call, scope: new AsyncResource('RUNNER_REQUEST') });
    }
  }

  /** A piece of a call's body, or word that pieces of its answer have been taken. */
  private arrived(frame: Frame): void {
    const live = this.live.get(frame.id);
    if (live === undefined) return;
    const { call, scope } = live;
    switch (frame.kind) {
      case Kind.Chunk: {
        const bytes = frame.bytes();
        return scope.runInAsyncScope(() => (call.form ?? call.upload)?.push(bytes));
      }
      case Kind.Part: {
        const head = frame.utf8();
        return scope.runInAsyncScope(() => call.form?.part(head));
      }
      case Kind.End: {
        const isPart = frame.has(Flag.Part);
        return scope.runInAsyncScope(() =>
          isPart ? call.form?.endPart() : (call.form ?? call.upload)?.end(),
        );
      }
      case Kind.Unreadable: {
        const { code, message } = JSON.parse(frame.utf8()) as { code: ErrorCode; message: string };
        return scope.runInAsyncScope(() => {
          call.form?.fail(new Refusal(code, message));
          call.upload?.fail(new Error(message));
        });
      }
      case Kind.Taken: {
        const bytes = frame.number();
        return scope.runInAsyncScope(() => call.download?.taken(bytes));
      }
    }
  }

  /** Opens the way on which an answer is sent in pieces. */
  private open(call: Call): Download {
    if (call.download === undefined) {
      call.download = new Download(this.outbox, call.number, call.isAnswered);
      call.download.onOver = () => {
        this.answered(call);
      };
      this.keep(call);
      // Nobody is there: what is written goes nowhere, and nobody waits for room.
      if (call.isCancelled) call.download.break();
    }
    return call.download;
  }

  private authenticate(call: Call, step: (call: Call) => void): void {
    const { validate } = this.application;
    if (call.authenticated || call.admitted) {
      step.call(this, call);
    } else if (validate === undefined) {
      this.unauthorized(call);
    } else {
      this.settle(call, () => validate(call), {
        fulfilled: (verdict) => {
          // A caller who left while the validator thought gets nothing run; the answer only gives the place back.
          if (call.isCancelled) this.refuse(call, new Refusal('CLOSING'));
          else if (isAccepted(verdict)) step.call(this, call);
          else this.unauthorized(call);
        },
        rejected: (error) => {
          this.log('error', 'exposure.auth.validator', { error, requestId: call.requestId });
          this.unauthorized(call);
        },
      });
    }
  }

  private unauthorized(call: Call): void {
    const { requestId, method, path } = call;
    const refusal = new Refusal('UNAUTHORIZED');
    const { status, code } = refusal;
    this.log('warn', 'exposure.auth.failure', { requestId, method, path, status, code });
    this.refuse(call, refusal);
  }

  private admit(call: Call): void {
    const found = this.application.find(call.kind, call.id);
    if (found instanceof Refusal) this.refuse(call, found);
    else this.outbox.admitted(call.number);
  }

  private discover(call: Call): void {
    const { enabled, tasks, events } = this.application.discover();
    const envelope = { ok: true, result: { allowList: { enabled, tasks, events } } };
    this.outbox.reply(call.number, 200, this.application.stringify(envelope));
  }

  private run(call: Call): void {
    const { application } = this;
    const found = application.find(call.kind, call.id);
    if (found instanceof Refusal) return this.refuse(call, found);
    if (call.form !== undefined) return this.runForm(call, call.form, found);
    let request: Request;
    try {
      const { sentText } = call;
      const body = sentText === '' ? undefined : application.parse(sentText, call.isPlain);
      request = readRequest(call.kind, body);
    } catch {
      return this.refuse(call, new Refusal('INVALID_JSON'));
    }
    this.settle(call, () => application.run(found, request, call), {
      fulfilled: (result) => this.succeed(call, request, result),
      rejected: (error) => this.fail(call, error),
    });
  }

  private runForm(call: Call, form: Form, found: object): void {
    const { application } = this;
    form.read({
      parse: (text) => application.parse(text, false),
      fault: (error) => this.log('error', 'exposure.http.unhandled', { error, requestId: call.requestId }),
      run: (input) => {
        const request = { input, returnsResult: true };
        this.settle(call, () => application.run(found, request, call), {
          fulfilled: (result) =>
            form.settled(
              () => this.succeed(call, request, result),
              () => discardResult(result),
            ),
          rejected: (error) =>
            form.settled(
              () => this.fail(call, error),
              () => {},
            ),
        });
      },
      refuse: (refusal) => {
        // An answer that the handler wrote by itself is out already.
        if (call.aside?.isTaken) call.openDownload().break();
        else this.refuse(call, refusal);
      },
    });
  }

  /** Runs `step` and goes on with what it returns or throws; a promise is waited for, where a cancel finds the call. */
  private settle(
    call: Call,
    step: () => unknown,
    next: { fulfilled: (value: unknown) => void; rejected: (error: unknown) => void },
  ): void {
    let result: unknown;
    try {
      result = step();
      if (isThenable(result)) {
        this.waiting.set(call.number, call);
        const settled = (then: (value: unknown) => void) => (value: unknown) => {
          this.waiting.delete(call.number);
          then(value);
        };
        result.then(settled(next.fulfilled), settled(next.rejected));
        return;
      }
    } catch (error) {
      this.waiting.delete(call.number);
      next.rejected(error);
      return;
    }
    next.fulfilled(result);
  }

  private succeed(call: Call, request: Request, result: unknown): void {
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

  private fail(call: Call, error: unknown): void {
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

  private refuse(call: Call, refusal: Refusal): void {
    try {
      this.reply(call, refusal.status, this.application.stringify(refusal.envelope));
    } catch (error) {
      // A serializer that can't even write this.
      const { status, text } = this.bland(error);
      this.reply(call, status, text);
    }
  }

  private bland(error: unknown): Failure {
    this.log('error', 'exposure.http.unhandled', { error });
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
    this.live.delete(call.number);
    call.upload?.fail(new Error('the call has been answered'));
    call.form?.over();
  }

  private cancel(number: number): void {
    const call = this.waiting.get(number) ?? this.live.get(number)?.call;
    if (call !== undefined) this.leave(call);
  }

  /** The server has ended: whatever still runs has no client any more. */
  private leaveAll(): void {
    const calls = [...this.waiting.values(), ...[...this.live.values()].map(({ call }) => call)];
    for (const call of new Set(calls)) if (!call.isCancelled) this.leave(call);
  }

  private leave(call: Call): void {
    const leave = (): void => call.cancel(this.application.departure());
    const live = this.live.get(call.number);
    if (live === undefined) leave();
    else live.scope.runInAsyncScope(leave);
  }

  private allowOrigin(number: number, origin: string | undefined): void {
    let allowed: string | undefined;
    try {
      allowed = this.application.allowOrigin(origin);
    } catch (error) {
      this.log('error', 'exposure.cors.origin', { error, origin });
    }
    this.outbox.allowedOrigin(number, allowed);
  }

  private report(record: string): void {
    const { level, message, data } = JSON.parse(record);
    this.log(level, message, data);
  }

  private log(level: 'warn' | 'error', message: string, data: Record<string, unknown>): void {
    log(this.application.logger, level, message, data);
  }
}

function isRefusal(error: unknown): error is Refusal {
  try {
    return error instanceof Refusal;
  } catch {
    return false;
  }
}
