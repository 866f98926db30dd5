import type { CallContext, RequestHead, TargetKind } from './call';
import type { Refusal } from './errors';
import type { Serializer } from './serializer';

/** Runs a task, or listens to an event. */
export type Handler<Input = never, Result = unknown> = (input: Input, context: CallContext) => Result;

/** Where log records go. The Runner's logger is one; so is `console`, nearly. */
export interface Logger {
  warn(message: string, data: Record<string, unknown>): unknown;
  error(message: string, data: Record<string, unknown>): unknown;
}

/** The ids that discovery lists. */
export interface Discovery {
  readonly tasks: readonly string[];
  readonly events: readonly string[];
}

/** What the dispatcher asks of whoever knows the tasks. `Tunnel` is one. */
export interface Application {
  readonly serializer: Serializer;
  readonly logger: Logger;
  /** Accepts a caller whom no token let in. Absent: nobody is accepted this way. */
  readonly validate: ((head: RequestHead) => unknown) | undefined;
  /** The handler for an id, or why there is none. */
  find(kind: TargetKind, id: string): Handler<unknown> | Refusal;
  discover(): Discovery;
  /** The origin that may read answers, when a RegExp or a function decides. */
  allowOrigin(origin: string | undefined): string | undefined;
}
