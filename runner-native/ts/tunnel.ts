import type { Application, Discovery, Failure, Handler, Logger, Request } from './application';
import type { Call, CallContext, RequestHead, TargetKind } from './call';
import { isFunction, wrongType } from './check';
import type { OriginFunction } from './cors';
import { Refusal } from './errors';
import type { FormRules } from './form/form';
import { InputFile } from './form/input_file';
import { log } from './log';
import type { CheckedTunnel } from './options';
import { writeFailure } from './reply';
import { jsonSerializer, type Serializer } from './serializer';

/** The tasks and events of one server, and the rules around them. */
export class Tunnel implements Application<Handler<unknown>> {
  private readonly serializer: Serializer;
  readonly logger: Logger;
  /** @internal */
  readonly form: FormRules;
  readonly validate: ((head: RequestHead) => unknown) | undefined;
  private readonly originFunction: OriginFunction | undefined;
  private readonly allowList: ReadonlySet<string> | undefined;
  private readonly handlers: Record<TargetKind, Map<string, Handler<unknown>>> = {
    task: new Map(),
    event: new Map(),
  };

  /** @internal */
  constructor(checked: CheckedTunnel) {
    this.serializer = checked.serializer;
    this.logger = checked.logger;
    this.form = {
      limits: checked.settings.limits.multipart,
      file: (name, stream) => new InputFile(name, stream),
    };
    this.validate = checked.validate;
    this.originFunction = checked.allowOrigin;
    this.allowList = checked.allowList;
  }

  /**
   * Serves `POST {basePath}/task/{id}`. What the handler returns, or its promise, is the answer's `result`.
   *
   * @throws {TypeError} when `id` is no string or empty, `handler` no function, or the id is taken.
   */
  registerTask<Input = never, Result = unknown>(
    id: string,
    handler: (input: Input, context: CallContext) => Result,
  ): this {
    return this.register('task', id, handler as Handler<unknown>);
  }

  /**
   * Serves `POST {basePath}/event/{id}`. What the handler returns is sent only to callers who ask for it with
   * `returnPayload`.
   *
   * @throws {TypeError} as {@link registerTask}.
   */
  registerEvent<Payload = never, Result = unknown>(
    id: string,
    handler: (payload: Payload, context: CallContext) => Result,
  ): this {
    return this.register('event', id, handler as Handler<unknown>);
  }

  /** Stops serving a task; calls in flight go on. `false` if there is none of that id. */
  unregisterTask(id: string): boolean {
    return this.handlers.task.delete(id);
  }

  /** Stops serving an event; calls in flight go on. `false` if there is none of that id. */
  unregisterEvent(id: string): boolean {
    return this.handlers.event.delete(id);
  }

  async getTaskIds(): Promise<string[]> {
    return [...this.handlers.task.keys()];
  }

  async getEventIds(): Promise<string[]> {
    return [...this.handlers.event.keys()];
  }

  /** @internal */
  find(kind: TargetKind, id: string): Handler<unknown> | Refusal {
    const name = kind === 'task' ? 'Task' : 'Event';
    if (this.allowList?.has(id) === false) return new Refusal('FORBIDDEN', `${name} ${id} not exposed`);
    return this.handlers[kind].get(id) ?? new Refusal('NOT_FOUND', `${name} ${id} not found`);
  }

  /** @internal */
  parse(text: string, isPlain: boolean): unknown {
    return isPlain && this.serializer === jsonSerializer ? JSON.parse(text) : this.serializer.parse(text);
  }

  /** @internal */
  run(handler: Handler<unknown>, { input }: Request, call: Call): unknown {
    return handler(input, call);
  }

  /** @internal */
  succeed({ returnsResult }: Request, result: unknown): string {
    return this.serializer.stringify(returnsResult ? { ok: true, result } : { ok: true });
  }

  /** @internal */
  fail(error: unknown, call: Call): Failure {
    // Whoever was told to stop may well fail; nobody waits for the answer, and it is no fault.
    if (!call.isCancelled) {
      const { kind, id, requestId } = call;
      log(this.logger, 'error', `exposure.${kind}.error`, { error, requestId, id });
    }
    return writeFailure(this.serializer, error);
  }

  /** @internal */
  stringify(envelope: object): string {
    return this.serializer.stringify(envelope);
  }

  /** @internal */
  departure(): unknown {
    return new DOMException('The caller no longer waits for this call', 'AbortError');
  }

  /** @internal */
  discover(): Discovery {
    const ids = (kind: TargetKind): string[] =>
      [...this.handlers[kind].keys()].filter((id) => this.allowList?.has(id) !== false);
    return { enabled: true, tasks: ids('task'), events: ids('event') };
  }

  /** @internal */
  allowOrigin(origin: string | undefined): string | undefined {
    const allowed = this.originFunction?.(origin);
    return typeof allowed === 'string' ? allowed : undefined;
  }

  private register(kind: TargetKind, id: string, handler: Handler<unknown>): this {
    if (typeof id !== 'string' || id === '') throw wrongType(`${kind} id`, id, 'a string that is not empty');
    if (!isFunction(handler)) throw wrongType(`handler of ${kind} ${id}`, handler, 'a function');
    if (this.handlers[kind].has(id)) {
      throw new TypeError(`${kind} ${id} is registered already; unregister it first`);
    }
    this.handlers[kind].set(id, handler);
    return this;
  }
}
