import { AsyncResource } from 'node:async_hooks';
import type { Application, Request } from './application';
import { Call } from './call';
import { Refusal } from './errors';
import { Flag, Frame, Kind } from './frames';
import { log } from './log';
import { Outbox, type Send } from './outbox';
import { isAccepted, isThenable, readRequest } from './reply';

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
        this.log('error', 'exposure.http.unhandled', { error });
        this.outbox.reply(frame.id, 500, JSON.stringify(new Refusal('INTERNAL_ERROR').envelope));
      }
    }
  }

  private receiveOne(frame: Frame): void {
    switch (frame.kind) {
      case Kind.Call:
        return this.start(new Call(frame, 'POST'), this.run);
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
        return this.onClosed(frame.utf8());
    }
  }

  /** Every request runs in a scope of its own, so that no client's `AsyncLocalStorage` store reaches another's. */
  private start(call: Call, step: (call: Call) => void): void {
    new AsyncResource('RUNNER_REQUEST').runInAsyncScope(this.authenticate, this, call, step);
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
    let request: Request;
    try {
      const { body } = call;
      request = readRequest(call.kind, body === '' ? undefined : application.parse(body, call.isPlain));
    } catch {
      return this.refuse(call, new Refusal('INVALID_JSON'));
    }
    this.settle(call, () => application.run(found, request, call), {
      fulfilled: (result) => this.succeed(call, request, result),
      rejected: (error) => this.fail(call, error),
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
    let text: string;
    try {
      text = this.application.succeed(request, result, call);
    } catch (error) {
      return this.fail(call, error);
    }
    this.outbox.reply(call.number, 200, text, call.aside?.head());
  }

  private fail(call: Call, error: unknown): void {
    if (error instanceof Refusal) return this.refuse(call, error);
    const { status, text } = this.application.fail(error, call);
    this.outbox.reply(call.number, status, text, call.aside?.head());
  }

  private refuse(call: Call, refusal: Refusal): void {
    const text = this.application.stringify(refusal.envelope);
    this.outbox.reply(call.number, refusal.status, text, call.aside?.head());
  }

  private cancel(number: number): void {
    this.waiting.get(number)?.cancel(this.application.departure());
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
