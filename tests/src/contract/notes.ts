import { inspect } from 'node:util';
import type { Logger } from '@bluelibs/runner/node';

type Log = Parameters<Parameters<Logger['onLog']>[0]>[0];

/** A log record that can be compared. */
export interface LogNote {
  readonly level: string;
  readonly message: string;
  readonly source: string | undefined;
  readonly context: string;
  readonly data: string;
  readonly error: string;
}

const LEVELS = ['warn', 'error', 'critical'];
/** Messages of other levels that count; the second is D15's. */
const QUIET = ['node.exposure.listen', 'exposure.task.cancelled', 'exposure.event.cancelled'];

/** Lets a part of the application say what it saw. */
export type Note = (what: string, value?: unknown) => void;

/** A place in the notes, to look only at what came after it. */
export interface Mark {
  readonly seen: number;
  readonly logs: number;
}

/** What the application of one side saw, and what was logged there. */
export class Notes {
  readonly seen: string[] = [];
  readonly logs: LogNote[] = [];
  private waiting: (() => void)[] = [];

  readonly note: Note = (what, value) => {
    this.seen.push(value === undefined ? what : `${what} ${shown(value)}`);
    this.wake();
  };

  log(record: Log): void {
    if (!LEVELS.includes(record.level) && !QUIET.includes(String(record.message))) return;
    const { level, message, source, context, data, error } = record;
    this.logs.push({
      level,
      message: String(message),
      source,
      context: shown(context),
      data: shown(data),
      error:
        error === undefined ? '' : `${error.name}: ${error.message}${error.stack ? ' (with stack)' : ''}`,
    });
    this.wake();
  }

  get mark(): Mark {
    return { seen: this.seen.length, logs: this.logs.length };
  }

  since(mark: Mark): { seen: string[]; logs: LogNote[] } {
    return { seen: this.seen.slice(mark.seen), logs: this.logs.slice(mark.logs) };
  }

  /** Until something holds for what has been noted. */
  async until(holds: (notes: this) => boolean): Promise<void> {
    while (!holds(this)) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** Until a note begins so, now or later. */
  async noted(start: string, mark: Mark = { seen: 0, logs: 0 }): Promise<string> {
    const found = (): string | undefined =>
      this.since(mark).seen.find((line) => line === start || line.startsWith(`${start} `));
    await this.until(() => found() !== undefined);
    return found() ?? '';
  }

  private wake(): void {
    for (const wake of this.waiting.splice(0)) wake();
  }
}

/** A value in one line; `-0`, prototypes, and every type of the serializer can be told apart. */
export function shown(value: unknown): string {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  return inspect(value, {
    depth: null,
    breakLength: Infinity,
    compact: true,
    maxArrayLength: null,
    maxStringLength: null,
  });
}
