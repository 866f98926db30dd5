import type { Logger } from '@bluelibs/runner-native';

/** A log record, as plain data: errors are `{ name, message }`. */
export interface LogRecord {
  readonly level: string;
  readonly message: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it as they please.
  readonly data: any;
}

/** Keeps what a server logged, and what its application noted. */
export class Logs {
  readonly records: LogRecord[] = [];
  private waiting: (() => void)[] = [];

  add(record: LogRecord): void {
    this.records.push(record);
    for (const wake of this.waiting.splice(0)) wake();
  }

  /** The first record that fits, now or later. */
  async until(fits: (record: LogRecord) => boolean): Promise<LogRecord> {
    for (;;) {
      const found = this.records.find(fits);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  /** A note of the application under test: `until` it was made. */
  noted(message: string, about?: string): Promise<LogRecord> {
    return this.until(
      (record) => record.message === message && (about === undefined || record.data === about),
    );
  }

  /** The records of one request. */
  of(requestId: string): LogRecord[] {
    return this.records.filter((record) => record.data?.requestId === requestId);
  }
}

/** Lets an application say something to its test, whichever process it runs in. */
export type Note = (message: string, data?: unknown) => void;

/** A logger that turns records into plain data. */
export function plainLogger(take: (record: LogRecord) => void): Logger & { note: Note } {
  const write = (level: string) => (message: string, data: unknown) => take(plain({ level, message, data }));
  return { warn: write('warn'), error: write('error'), note: write('note') };
}

function plain(record: LogRecord): LogRecord {
  const flat = (_key: string, value: unknown): unknown =>
    value instanceof Error ? { name: value.name, message: value.message } : value;
  return JSON.parse(JSON.stringify(record, flat)) as LogRecord;
}
