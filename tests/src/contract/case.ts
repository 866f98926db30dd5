import type { NodeExposureHandlers } from '@bluelibs/runner/node';
import type { RawConnection } from '../harness/raw';
import type { RawRequest } from '../harness/request';
import type { Answer } from './observation';
import type { Form, Setting } from './setting';
import type { Side } from './side';
import type { Exposures } from './subjects';

/** A request, or its bytes. */
export type Sent = RawRequest | string | Buffer;

/** What one answer has to be, at least. */
export interface Expected {
  /** `'nothing'`: the server ends the connection without a byte; `'silence'`: it never answers. */
  readonly status: number | 'nothing' | 'silence';
  readonly reason?: string;
  readonly body?: string;
  /** `null`: it must not be there. */
  readonly headers?: Readonly<Record<string, string | null>>;
}

/** What one side does, at least. */
export interface Outcome {
  readonly gets: Expected | readonly Expected[];
  /** After the answers: can the connection be used again? Default `open`; `left` where a talk says so. */
  readonly after?: 'open' | 'ended' | 'left';
  /** Notes that must have been made, by how they begin, and `!...` for those that must not. */
  readonly seen?: readonly string[];
  /** The messages of all log records. Default none. */
  readonly logs?: readonly string[];
  /** The messages of all errors that nobody handled. Default none. */
  readonly unhandled?: readonly string[];
}

/** Why ours may differ, and what it does instead. */
export interface Difference<T> {
  /** `D8`, or `parser: <reason>`. */
  readonly by: string;
  readonly ours: T;
}

interface Named {
  /** The rows of the contract this proves. */
  readonly rows: readonly string[];
  readonly does: string;
}

/** How a client behaves that does more than send its requests one after the other. */
export type Talk = (connection: RawConnection, client: Client) => Promise<unknown>;

export interface Client {
  readonly side: Side;
  /** Reads the next answer into the observation; one that never comes counts as silence. */
  readonly read: (method?: string) => Promise<Answer>;
  /** An answer that came in another way; the connection is not looked at any more. */
  readonly took: (answer: Answer) => void;
}

/** One conversation over one connection. */
export interface Case extends Named, Outcome {
  readonly send: Sent | readonly Sent[];
  /** All at once, not one after the other. */
  readonly pipelined?: boolean;
  /** Instead of sending and reading. */
  readonly talk?: Talk;
  /** On both sides at the same time: it takes seconds. */
  readonly together?: boolean;
  /** Something that comes after the answer and has to be waited for. */
  readonly settles?: (side: Side) => Promise<unknown>;
  readonly differs?: Difference<Outcome>;
}

/** The means of a case that starts servers itself. */
export interface Stage {
  readonly side: 'stock' | 'ours';
  readonly exposures: Exposures;
  /** Started, and stopped at the end of the case. */
  start(setting?: Setting): Promise<Side>;
  /** Runs an app of these registrations, disposed at the end of the case; gives the value of one of them. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever the Runner can register.
  run(registered: any[], of: any, overrides?: any[]): Promise<NodeExposureHandlers>;
  /** To be done at the end of the case. */
  after(clean: () => unknown): void;
}

/** Something that is done to both and must have the same result. */
export interface Act extends Named {
  readonly act: (stage: Stage) => Promise<unknown>;
  /** What the stock server's result is. */
  readonly is: unknown;
  /** Default `native`; given where the form is not a whole table's. */
  readonly form?: Form;
  readonly differs?: Difference<unknown>;
}

/** Cases that share two servers, or that need none of their own. */
export interface Table {
  readonly name: string;
  readonly setting?: Setting;
  readonly cases: readonly (Case | Act)[];
}

export function isAct(one: Case | Act): one is Act {
  return 'act' in one;
}
