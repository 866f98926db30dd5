import { AsyncResource } from 'node:async_hooks';
import type { Call } from './call';
import { type ErrorCode, Refusal } from './errors';
import { Flag, type Frame, Kind } from './frames';
import { Places } from './places';

const NO_BYTES = Buffer.alloc(0);

/** A call, and the scope in which its pieces arrive: none of another request's may be visible there. */
interface Live {
  readonly call: Call;
  readonly scope: AsyncResource;
}

/** The calls whose body or answer is on its way in pieces. */
export class LiveCalls {
  private readonly calls = new Places<Live>();

  keep(call: Call): void {
    if (this.find(call) === undefined) {
      this.calls.set(call.place, { call, scope: new AsyncResource('RUNNER_REQUEST') });
    }
  }

  drop(call: Call): void {
    const live = this.find(call);
    if (live !== undefined) this.calls.delete(call.place, live);
  }

  get(place: number): Call | undefined {
    return this.calls.get(place)?.call;
  }

  all(): Call[] {
    return this.calls.all().map(({ call }) => call);
  }

  /** The scope that a call runs in. */
  scope(call: Call): AsyncResource {
    return this.find(call)?.scope ?? new AsyncResource('RUNNER_REQUEST');
  }

  /** Does something that a handler may hear of, where it can see no other call's context. */
  within(call: Call, step: () => void): void {
    const live = this.find(call);
    if (live === undefined) step();
    else live.scope.runInAsyncScope(step);
  }

  /** A piece of a call's body, or word that pieces of its answer have been taken. */
  arrived(frame: Frame): void {
    // Taken even if nobody wants them any more: what they lie in has to come back.
    const bytes = frame.kind === Kind.Chunk ? frame.chunk() : NO_BYTES;
    const live = this.calls.get(frame.place);
    if (live?.call.number !== frame.id) return;
    const { call, scope } = live;
    switch (frame.kind) {
      case Kind.Chunk:
        return scope.runInAsyncScope(() => (call.form ?? call.upload ?? call.gathering)?.push(bytes));
      case Kind.Part: {
        const head = frame.utf8();
        return scope.runInAsyncScope(() => call.form?.part(head));
      }
      case Kind.End: {
        const isPart = frame.has(Flag.Part);
        if (!isPart) call.trailed(frame.latin1());
        return scope.runInAsyncScope(() =>
          isPart ? call.form?.endPart() : (call.form ?? call.upload ?? call.gathering)?.end(),
        );
      }
      case Kind.Unreadable: {
        const { code, message } = JSON.parse(frame.utf8()) as { code: ErrorCode; message: string };
        return scope.runInAsyncScope(() => {
          (call.form ?? call.gathering)?.fail(new Refusal(code, message));
          call.upload?.fail(new Error(message));
        });
      }
      case Kind.Taken: {
        const bytes = frame.number();
        return scope.runInAsyncScope(() => call.download?.taken(bytes));
      }
    }
  }

  private find(call: Call): Live | undefined {
    const live = this.calls.get(call.place);
    return live?.call === call ? live : undefined;
  }
}
