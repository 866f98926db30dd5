import type { Call, CallContext, RequestHead, TargetKind } from './call';
import type { Refusal } from './errors';
import type { FormRules } from './form/form';

/** Runs a task, or listens to an event. */
export type Handler<Input = never, Result = unknown> = (input: Input, context: CallContext) => Result;

/** Where log records go. The Runner's logger is one; so is `console`, nearly. */
export interface Logger {
  warn(message: string, data: Record<string, unknown>): unknown;
  error(message: string, data: Record<string, unknown>): unknown;
}

/** The ids that discovery lists. */
export interface Discovery {
  /** Whether anything is selected to be called at all. */
  readonly enabled: boolean;
  readonly tasks: readonly string[];
  readonly events: readonly string[];
}

/** What a body asks for. */
export interface Request {
  readonly input: unknown;
  /** Whether the answer carries what comes out: always for tasks, on demand for events. */
  readonly returnsResult: boolean;
}

/** A failed call as its caller sees it. */
export interface Failure {
  readonly status: number;
  readonly text: string;
}

/** What the dispatcher asks of whoever knows the tasks. `Tunnel` is one, the Runner's exposure the other. */
export interface Application<Target extends object = object> {
  readonly logger: Logger;
  readonly form: FormRules;
  /** Accepts a caller whom no token let in. Absent: nobody is accepted this way. */
  readonly validate: ((head: RequestHead) => unknown) | undefined;
  /** What an id stands for, or why it can't be called. */
  find(kind: TargetKind, id: string): Target | Refusal;
  /** Reads a body; `isPlain` says that `JSON.parse` reads the same out of it as the Runner's serializer. */
  parse(text: string, isPlain: boolean): unknown;
  /** Runs what was found. A {@link Refusal} that comes out is an answer like any other. */
  run(target: Target, request: Request, call: Call): unknown;
  /** The envelope of a success. */
  succeed(request: Request, result: unknown): string;
  /** Logs a failure, unless it is none, and says what becomes of it. */
  fail(error: unknown, call: Call): Failure;
  /** Any other envelope. */
  stringify(envelope: object): string;
  discover(): Discovery;
  /** The origin that may read answers, when a RegExp or a function decides. */
  allowOrigin(origin: string | undefined): string | undefined;
  /** What `signal` gives as its reason when the client has left. */
  departure(): unknown;
}
