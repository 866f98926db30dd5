/** Clients that behave well, and what they notice of those that do not. */
import { RawConnection } from '../../harness/raw';
import { request, taskRequest } from '../../harness/request';

/** What the clients saw since they were last asked. */
export interface Figures {
  calls: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  max: number;
  /** What went wrong, if anything. */
  failures: string[];
}

const CALL = request(taskRequest('add', { a: 1, b: 2 }));
const FAILURES_KEPT = 5;

/** Clients that call all the time, each over one connection and one call after the other. */
export class GoodClients {
  private took: number[] = [];
  private failures: string[] = [];
  private stopped = false;
  private readonly loops: Promise<void>[];

  constructor(
    private readonly port: number,
    readonly count = 8,
  ) {
    this.loops = Array.from({ length: count }, () => this.callAllTheTime());
  }

  /** The figures since the last time this was asked. */
  figures(): Figures {
    const took = this.took.sort((a, b) => a - b);
    const { failures } = this;
    this.took = [];
    this.failures = [];
    return {
      calls: took.length,
      p50: quantile(took, 0.5),
      p99: quantile(took, 0.99),
      max: quantile(took, 1),
      failures,
    };
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.loops);
  }

  private async callAllTheTime(): Promise<void> {
    let connection: RawConnection | undefined;
    while (!this.stopped && this.failures.length < FAILURES_KEPT) {
      const begun = performance.now();
      try {
        connection ??= await RawConnection.open(this.port);
        const answer = await connection.write(CALL).read();
        if (answer.status !== 200 || answer.json.result !== 3) {
          throw new Error(`${answer.status} ${answer.text}`);
        }
      } catch (error) {
        this.failures.push((error as Error).message);
        connection?.leave();
        connection = undefined;
      }
      this.took.push(performance.now() - begun);
    }
    connection?.leave();
  }
}

/** Of sorted numbers; 0 of none. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Bytes, as MiB to read. */
export function mib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}

/** Milliseconds, to read. */
export function ms(time: number): string {
  return time.toFixed(time < 10 ? 2 : 0);
}

/** Prints rows under the names of their members. */
export function printTable(title: string, rows: readonly Record<string, string | number>[]): void {
  const names = Object.keys(rows[0] ?? {});
  const lines = [names, ...rows.map((row) => names.map((name) => String(row[name])))];
  const widths = names.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const show = (line: readonly string[]): string =>
    line
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ');
  const shown = lines.map(show);
  shown.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '));
  console.log(`\n${title}\n${shown.join('\n')}\n`);
}
