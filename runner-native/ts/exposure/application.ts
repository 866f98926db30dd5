import type { NodeExposureDeps } from '@bluelibs/runner/node';
import type { Application, Discovery, Failure, Logger, Request } from '../application';
import type { Call, RequestHead, TargetKind } from '../call';
import type { OriginFunction } from '../cors';
import { Refusal } from '../errors';
import type { FormRules } from '../form/form';
import type { FormLimits } from '../form/limits';
import { log } from '../log';
import { AllowList, type SelectorFault } from './allow_list';
import { Codec } from './codec';
import { exposureContext } from './context';
import { withSentContexts } from './contexts';
import { writeCancelled, writeFailure } from './failure';
import type { Runner } from './runner';

const SOURCE = 'exposure:http';
const SELECTOR_FAILED = '[runner] Tunnel allow-list selector failed; item skipped.';

/** What the exposure needs to know of its configuration. */
export interface Rules {
  basePath: string;
  /** Whether everything is exposed while no tunnel serves. */
  isOpen: boolean;
  allowOrigin: OriginFunction | undefined;
  formLimits: FormLimits;
}

type ExposureLogger = Logger & { debug: Logger['warn'] };
type Task = Parameters<NodeExposureDeps['taskRunner']['run']>[0];
type Event = Parameters<NodeExposureDeps['eventManager']['emit']>[0];

/** A task or an event that may be called. */
interface Found {
  readonly task: Task | undefined;
  readonly event: Event | undefined;
  /** Whether the caller's async contexts may come along. */
  readonly acceptsContext: boolean;
}

/** A Runner application's tasks and events, as the stock exposure opens them (contract 1.4 to 1.12). */
export class ExposedApplication implements Application<Found> {
  readonly validate: ((head: RequestHead) => unknown) | undefined;
  readonly form: FormRules;
  readonly codec: Codec;
  private readonly allowList: AllowList;
  private readonly context: { provide(value: object, next: () => unknown): unknown };

  constructor(
    private readonly runner: Runner,
    private readonly deps: NodeExposureDeps,
    readonly logger: ExposureLogger,
    private readonly rules: Rules,
  ) {
    const { globals, asyncContext, Serializer, NodeInputFile } = runner;
    this.form = { limits: rules.formLimits, file: (name, stream) => new NodeInputFile({ name }, stream) };
    this.codec = new Codec(deps.serializer, Serializer);
    this.allowList = new AllowList(deps.store, globals.tags.tunnel);
    // The very context that `useExposureContext()` reads: contexts are told apart by their ids.
    this.context = asyncContext({ id: 'platform.node.ctx.exposureRequest' });
    const validators = deps.store.getTasksWithTag(globals.tags.authValidator);
    if (validators.length > 0) this.validate = (head) => this.anyAccepts(validators, head);
  }

  find(kind: TargetKind, id: string): Found | Refusal {
    const { store } = this.deps;
    const { enabled, selected, acceptsContext } = this.allowList.select(kind, id, this.onRefusedFault);
    const name = kind === 'task' ? 'Task' : 'Event';
    if (!enabled && !(this.rules.isOpen && store.isLocked)) {
      return new Refusal('FORBIDDEN', 'Exposure not enabled');
    }
    if (enabled && !selected) return new Refusal('FORBIDDEN', `${name} ${id} not exposed`);
    const task = kind === 'task' ? store.tasks.get(id)?.task : undefined;
    const event = kind === 'event' ? store.events.get(id)?.event : undefined;
    if (task === undefined && event === undefined) return new Refusal('NOT_FOUND', `${name} ${id} not found`);
    return { task, event, acceptsContext };
  }

  parse(text: string, isPlain: boolean): unknown {
    return this.codec.parse(text, isPlain);
  }

  run(found: Found, request: Request, call: Call): unknown {
    const { task, event } = found;
    if (task !== undefined) {
      const { taskRunner } = this.deps;
      const next = this.withContexts(found, call, () => taskRunner.run(task, request.input));
      return this.context.provide(exposureContext(call, this.rules.basePath), next);
    }
    if (event !== undefined) return this.withContexts(found, call, () => this.emit(event, request))();
    return undefined;
  }

  succeed({ returnsResult }: Request, result: unknown): string {
    return returnsResult ? this.codec.result(result) : this.codec.success();
  }

  fail(error: unknown, call: Call): Failure {
    const { kind, id, requestId } = call;
    if (this.runner.cancellationError.is(error)) {
      log(this.logger, 'debug', `exposure.${kind}.cancelled`, { error, requestId, data: { id } });
      return writeCancelled(this.codec);
    }
    // Unlike the stock exposure's, the record has the error's stack, and the id (contract D21).
    const logged = error instanceof Error ? error : String(error);
    log(this.logger, 'error', `exposure.${kind}.error`, { error: logged, requestId, data: { id } });
    return writeFailure(this.codec, this.deps.store.errors, error);
  }

  stringify(envelope: object): string {
    return this.codec.stringify(envelope);
  }

  discover(): Discovery {
    return this.allowList.discover(this.onSkippedFault);
  }

  allowOrigin(origin: string | undefined): string | undefined {
    return this.rules.allowOrigin?.(origin) ?? undefined;
  }

  departure(): unknown {
    return this.runner.cancellationError.new({ reason: 'Client Closed Request' });
  }

  private withContexts(found: Found, call: Call, next: () => unknown): () => unknown {
    if (!call.hasContext || !found.acceptsContext) return next;
    const sent = call.headers['x-runner-context'];
    const text = Array.isArray(sent) ? sent[0] : sent;
    return text ? withSentContexts(text, this.deps.store, this.deps.serializer, next) : next;
  }

  private emit(event: Event, { input, returnsResult }: Request): unknown {
    const { eventManager } = this.deps;
    if (!returnsResult) return eventManager.emit(event, input, SOURCE);
    if (event.parallel) {
      const why = `Event ${event.id} is marked parallel; returning a payload is not supported.`;
      throw new Refusal('PARALLEL_EVENT_RETURN_UNSUPPORTED', why);
    }
    return eventManager.emitWithResult(event, input, SOURCE);
  }

  private async anyAccepts(validators: readonly Task[], head: RequestHead): Promise<boolean> {
    const { headers, method, url, path } = head;
    for (const validator of validators) {
      try {
        const verdict = (await this.deps.taskRunner.run(validator, { headers, method, url, path })) as {
          ok?: unknown;
        };
        if (verdict?.ok) return true;
      } catch {}
    }
    return false;
  }

  /** The stock exposure looks at a selector twice for a call, and logs each time in another shape. */
  private readonly onRefusedFault: SelectorFault = (fault) => {
    this.onSkippedFault(fault);
    const { error, ...data } = fault;
    log(this.logger, 'warn', SELECTOR_FAILED, { error, data });
  };

  private readonly onSkippedFault: SelectorFault = ({ error, ...fault }) => {
    log(this.logger, 'warn', SELECTOR_FAILED, { ...fault, error: asError(error) });
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
