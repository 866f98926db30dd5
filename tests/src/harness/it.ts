import { it as nodeIt, type TestContext } from 'node:test';

const DEADLINE_MS = 10_000;

/** A test with a deadline of its own, so that one that hangs takes no other with it. */
export function it(name: string, fn: (t: TestContext) => unknown): void {
  void nodeIt(name, { timeout: DEADLINE_MS }, async (t) => {
    await fn(t as TestContext);
  });
}

/** A test that does not apply, and why. */
export function skipped(name: string, why: string): void {
  void nodeIt(name, { skip: why }, () => {});
}
