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
  const write =
    (level: string) =>
    (message: string, data?: unknown): void => {
      take(plain({ level, message, data }));
    };
  return { warn: write('warn'), error: write('error'), note: write('note') };
}

function plain({ level, message, data }: LogRecord): LogRecord {
  const isRecord = typeof data === 'object' && data !== null && !Array.isArray(data);
  const fields = (): object =>
    Object.fromEntries(Object.entries(data).map(([key, value]) => [key, shown(value)]));
  return { level, message, data: isRecord ? fields() : shown(data) };
}

function shown(value: unknown): unknown {
  try {
    if (value instanceof Error) return { name: value.name, message: value.message };
    return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
  } catch {
    return '(can not be shown)';
  }
}
