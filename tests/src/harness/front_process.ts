import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { RUST_TUNNEL } from './front';

/** A `rust-tunnel serve` that runs, and everything that it and its workers print. */
export class FrontProcess {
  private readonly child: ChildProcess;
  private readonly lines: string[] = [];
  private readonly ended: Promise<string>;
  private waiting: (() => void)[] = [];
  private end: string | undefined;

  constructor(app: string, environment: Record<string, string>, args: readonly string[] = []) {
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    this.child = spawn(
      RUST_TUNNEL,
      ['serve', '--app', app, '--workers', '1', '--port', '0', '--node', process.execPath, ...args],
      { env: { ...env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const kill = (): boolean => this.child.kill('SIGKILL');
    process.once('exit', kill);
    for (const stream of [this.child.stdout, this.child.stderr]) {
      createInterface({ input: stream as NodeJS.ReadableStream }).on('line', (line) => {
        this.lines.push(line);
        this.wake();
      });
    }
    this.ended = once(this.child, 'close').then(([code, signal]) => {
      process.off('exit', kill);
      this.end = signal === null ? `code ${code}` : `signal ${signal}`;
      this.wake();
      return this.end;
    });
  }

  /** Until a line matches so often; the last match. Rejects when it ends without. */
  async says(pattern: RegExp, times = 1): Promise<RegExpExecArray> {
    for (;;) {
      const match = this.lines.flatMap((line) => [pattern.exec(line)].filter((one) => one !== null))[
        times - 1
      ];
      if (match !== undefined) return match;
      if (this.end !== undefined) throw new Error(`the front ended with ${this.end}:\n${this.all}`);
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  async port(): Promise<number> {
    const [, port] = await this.says(/^listening on http:\/\/127\.0\.0\.1:(\d+)$/);
    return Number(port);
  }

  /** Everything that was printed so far. */
  get all(): string {
    return this.lines.join('\n');
  }

  /** Ends it in good order. */
  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    const end = await this.ended;
    if (end !== 'code 0') throw new Error(`the front ended with ${end}:\n${this.all}`);
  }

  private wake(): void {
    for (const wake of this.waiting.splice(0)) wake();
  }
}
