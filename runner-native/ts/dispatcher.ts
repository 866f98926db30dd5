import { AsyncResource } from 'node:async_hooks';
import { Answers } from './answers';
import type { Application, Request } from './application';
import { Call } from './call';
import { Refusal } from './errors';
import type { Form } from './form/form';
import { type Carrier, Flag, Frame, Kind } from './frames';
import { Gathering } from './gathering';
import { LiveCalls } from './live_calls';
import { log } from './log';
import { Outbox } from './outbox';
import { Places } from './places';
import { isAccepted, isThenable, readRequest } from './reply';
import { discardResult } from './streamed';
import { Upload } from './upload';

/**
 * Runs calls. Frames come in by {@link receive}, answers leave by `carrier`; whether Rust sits in this process or behind a
 * socket is the same from here.
 */
export class Dispatcher {
  private readonly outbox: Outbox;
  /** The context of whoever called `listen()`; every request starts from it, and never from another request's. */
  private readonly origin = new AsyncResource('RUNNER_SERVER');
  /** Calls that wait for a promise, to be found by a cancel. */
  private readonly waiting = new Places<Call>();
  /** Calls whose body or answer is on its way in pieces. */
  private readonly live = new LiveCalls();
  private readonly answers: Answers;
  private buffer: Buffer | undefined;
  private frame: Frame;

  constructor(
    private readonly application: Application,
    private readonly carrier: Carrier,
    private readonly onClosed: (reason: string) => void,
    /** Takes what is about no call: the words between a front and its worker. */
    private readonly onWord: (frame: Frame) => void = () => {},
  ) {
    this.frame = new Frame(Buffer.alloc(0));
    this.outbox = new Outbox(carrier);
    this.answers = new Answers(application, this.outbox, this.live);
  }

  /** Takes the first `length` bytes of `buffer`: whole frames. The buffer may be used again afterwards. */
  receive(buffer: Buffer, length: number): void {
    if (this.buffer !== buffer) {
      this.buffer = buffer;
      this.frame = new Frame(buffer, this.carrier);
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
        const { status, text } = this.answers.bland(error);
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
        return this.live.arrived(frame);
      case Kind.Admit:
        return this.start(new Call(frame, 'POST'), this.admit);
      case Kind.Discover:
        return this.start(new Call(frame, 'GET'), this.discover);
      case Kind.Origin:
        return this.allowOrigin(frame.id, frame.has(Flag.Present) ? frame.latin1() : undefined);
      case Kind.Cancel:
        return this.cancel(frame);
      case Kind.Report:
        return this.report(frame.utf8());
      case Kind.Closed:
        return this.end(frame.utf8());
      default:
        return this.onWord(frame);
    }
  }

  /** The server has ended: whatever still runs has no client any more. */
  end(reason: string): void {
    for (const call of new Set([...this.waiting.all(), ...this.live.all()]))
      if (!call.isCancelled) this.leave(call);
    this.onClosed(reason);
  }

  /** Calls that have begun and not settled. */
  get inFlight(): number {
    return new Set([...this.waiting.all(), ...this.live.all()]).size;
  }

  private received(frame: Frame): Call {
    const call = new Call(frame, 'POST');
    call.openDownload = () => this.answers.open(call);
    if (frame.has(Flag.Multipart)) {
      const { Form } = require('./form/form') as typeof import('./form/form');
      call.form = new Form(this.outbox, call.number, this.application.form);
      this.live.keep(call);
    }
    if (frame.has(Flag.Octets)) {
      const isStreamed = frame.has(Flag.Streamed);
      call.upload = new Upload(this.outbox, call.number, frame.bytes(), isStreamed);
      if (isStreamed) this.live.keep(call);
    } else if (frame.has(Flag.Streamed) && call.form === undefined) {
      call.gathering = new Gathering(this.outbox, call.number, frame.bytes());
      this.live.keep(call);
    }
    return call;
  }

  /** Every request runs in a scope of its own, so that no client's `AsyncLocalStorage` store reaches another's. */
  private start(call: Call, step: (call: Call) => void): void {
    this.live.scope(call).runInAsyncScope(this.authenticate, this, call, step);
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
          if (call.isCancelled) this.answers.refuse(call, new Refusal('CLOSING'));
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
    this.answers.refuse(call, refusal);
  }

  private admit(call: Call): void {
    const found = this.application.find(call.kind, call.id);
    if (found instanceof Refusal) this.answers.refuse(call, found);
    else this.outbox.admitted(call.number);
  }

  private discover(call: Call): void {
    const { enabled, tasks, events } = this.application.discover();
    this.answers.envelope(call, 200, { ok: true, result: { allowList: { enabled, tasks, events } } });
  }

  private run(call: Call): void {
    const found = this.application.find(call.kind, call.id);
    if (found instanceof Refusal) return this.answers.refuse(call, found);
    if (call.form !== undefined) return this.runForm(call, call.form, found);
    const { gathering } = call;
    if (gathering === undefined) return this.runJson(call, found, () => call.sentText);
    gathering.read({
      run: () => {
        this.live.drop(call);
        this.runJson(call, found, () => gathering.take());
      },
      refuse: (refusal) => this.answers.refuse(call, refusal),
    });
  }

  private runJson(call: Call, found: object, read: () => string): void {
    const { application } = this;
    let request: Request;
    try {
      const text = read();
      const body = text === '' ? undefined : application.parse(text, call.isPlain);
      request = readRequest(call.kind, body);
    } catch {
      return this.answers.refuse(call, new Refusal('INVALID_JSON'));
    }
    this.settle(call, () => application.run(found, request, call), {
      fulfilled: (result) => this.answers.succeed(call, request, result),
      rejected: (error) => this.answers.fail(call, error),
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
              () => this.answers.succeed(call, request, result),
              () => discardResult(result),
            ),
          rejected: (error) =>
            form.settled(
              () => this.answers.fail(call, error),
              () => {},
            ),
        });
      },
      refuse: (refusal) => {
        // An answer that the handler wrote by itself is out already.
        if (call.aside?.isTaken) call.openDownload().break();
        else this.answers.refuse(call, refusal);
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
        this.waiting.set(call.place, call);
        const settled = (then: (value: unknown) => void) => (value: unknown) => {
          this.waiting.delete(call.place, call);
          then(value);
        };
        result.then(settled(next.fulfilled), settled(next.rejected));
        return;
      }
    } catch (error) {
      this.waiting.delete(call.place, call);
      next.rejected(error);
      return;
    }
    next.fulfilled(result);
  }

  private cancel({ place, id }: Frame): void {
    for (const call of [this.waiting.get(place), this.live.get(place)]) {
      if (call?.number === id) return this.leave(call);
    }
  }

  private leave(call: Call): void {
    this.live.within(call, () => call.cancel(this.application.departure()));
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
