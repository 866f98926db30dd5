import { AsyncResource } from 'node:async_hooks';
import type { Application } from './application';
import { Call } from './call';
import { Refusal } from './errors';
import { Flag, Frame, Kind } from './frames';
import { Outbox, type Send } from './outbox';
import * as reply from './reply';

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
          else if (reply.isAccepted(verdict)) step.call(this, call);
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
    const { tasks, events } = this.application.discover();
    this.answer(call, 200, { ok: true, result: { allowList: { enabled: true, tasks, events } } });
  }

  private run(call: Call): void {
    const found = this.application.find(call.kind, call.id);
    if (found instanceof Refusal) return this.refuse(call, found);
    let request: reply.Request;
    try {
      request = reply.readRequest(call.kind, this.application.serializer, call.body);
    } catch {
      return this.refuse(call, new Refusal('INVALID_JSON'));
    }
    this.settle(call, () => found(request.input, call), {
      fulfilled: (result) =>
        this.answer(call, 200, request.returnsResult ? { ok: true, result } : { ok: true }),
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
      if (reply.isThenable(result)) {
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

  private answer(call: Call, status: number, envelope: object): void {
    try {
      this.outbox.reply(call.number, status, this.application.serializer.stringify(envelope));
    } catch (error) {
      this.fail(call, error);
    }
  }

  private refuse(call: Call, refusal: Refusal): void {
    this.outbox.reply(call.number, refusal.status, JSON.stringify(refusal.envelope));
  }

  private fail(call: Call, error: unknown): void {
    // Whoever was told to stop may well fail; nobody waits for the answer, and it is no fault.
    if (!call.isCancelled) {
      this.log('error', `exposure.${call.kind}.error`, { error, requestId: call.requestId, id: call.id });
    }
    const { status, text } = reply.writeFailure(this.application.serializer, error);
    this.outbox.reply(call.number, status, text);
  }

  private cancel(number: number): void {
    this.waiting.get(number)?.cancel();
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
    // A logger that fails, now or later, must not take the answer with it, or the process.
    try {
      const logged = this.application.logger[level](message, data);
      if (reply.isThenable(logged)) logged.then(undefined, () => {});
    } catch {}
  }
}
