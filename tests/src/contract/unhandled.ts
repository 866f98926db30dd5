const KINDS = ['unhandledRejection', 'uncaughtException'] as const;

/** Takes the errors that nobody handles, which would otherwise end the process (or fail the test). */
export class Unhandled {
  private readonly errors: string[] = [];
  private waiting: (() => void)[] = [];
  private others: [(typeof KINDS)[number], NodeJS.UncaughtExceptionListener][] = [];

  start(): this {
    for (const kind of KINDS) {
      for (const listener of process.listeners(kind as 'uncaughtException')) {
        this.others.push([kind, listener]);
      }
      process.removeAllListeners(kind);
      process.on(kind, this.take);
    }
    return this;
  }

  stop(): void {
    for (const kind of KINDS) process.off(kind, this.take);
    for (const [kind, listener] of this.others.splice(0)) process.on(kind as 'uncaughtException', listener);
  }

  /** All of them since the last time. */
  taken(): string[] {
    return this.errors.splice(0);
  }

  async next(): Promise<void> {
    if (this.errors.length > 0) return;
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  private readonly take = (error: unknown): void => {
    this.errors.push(error instanceof Error ? error.message : String(error));
    for (const wake of this.waiting.splice(0)) wake();
  };
}

export const unhandled = new Unhandled();
