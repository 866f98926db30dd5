import { Demand } from './demand';
import type { Refusal } from './errors';
import type { Outbox } from './outbox';

/** What comes of it. */
interface Steps {
  /** It is all there. */
  run(): void;
  /** It never will be. */
  refuse(refusal: Refusal): void;
}

/**
 * A call's JSON body that comes in pieces, because small calls behind it would wait too long for one frame of that size.
 * The front has all of it, and has let it through: nothing here is larger than `limits.json.maxSize`.
 */
export class Gathering {
  private readonly pieces: Buffer[];
  private readonly demand: Demand;
  private steps: Steps | undefined;

  constructor(outbox: Outbox, id: number, first: Buffer) {
    this.pieces = first.length === 0 ? [] : [first];
    this.demand = new Demand(outbox, id);
  }

  /** Nothing is asked for before. */
  read(steps: Steps): void {
    this.steps = steps;
    this.demand.ask();
  }

  /** The next bytes. */
  push(bytes: Buffer): void {
    this.demand.came(bytes.length);
    if (this.steps === undefined) return;
    this.pieces.push(bytes);
    this.demand.ask();
  }

  /** There are no more. */
  end(): void {
    this.over()?.run();
  }

  /** It can't be read to its end, or nobody wants it any more. */
  fail(refusal: Refusal): void {
    this.over()?.refuse(refusal);
  }

  /** Gives the text, decoded as Node does, and keeps nothing of it. */
  take(): string {
    return Buffer.concat(this.pieces.splice(0)).toString();
  }

  private over(): Steps | undefined {
    const { steps } = this;
    this.steps = undefined;
    return steps;
  }
}
