/** Those who pass it wait until it is opened; it closes again behind them. */
export class Gate {
  private waiting: (() => void)[] = [];

  async pass(): Promise<void> {
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  open(): void {
    for (const go of this.waiting.splice(0)) go();
  }
}
