import type { Serializer as RunnerSerializer } from '@bluelibs/runner/node';
import type { Serializer } from '../serializer';
import { treeOf, UNKNOWN } from './tree';

/** How many types a `Serializer` knows before anybody adds one. */
const BUILT_IN_TYPES = 25;

/** The parts of a Runner `Serializer` that TypeScript calls private; they are plain members. */
interface Inside {
  constructor: unknown;
  indent: unknown;
  maxDepth: unknown;
  typeRegistry?: { typeList?: unknown[] };
}

/**
 * Reads and writes with the application's serializer, and with `JSON` wherever that gives the same (contract 4.2). The
 * serializer may be changed at any time, so it is looked at each time.
 */
export class Codec {
  private readonly parseMethod: unknown;
  private readonly stringifyMethod: unknown;

  constructor(
    private readonly serializer: Serializer,
    private readonly Serializer: typeof RunnerSerializer,
  ) {
    this.parseMethod = Serializer.prototype.parse;
    this.stringifyMethod = Serializer.prototype.stringify;
  }

  /** `isPlain`: the text holds nothing that only the serializer understands. */
  parse(text: string, isPlain: boolean): unknown {
    return isPlain && this.readsJson() ? JSON.parse(text) : this.serializer.parse(text);
  }

  /** The envelope of a success with a result. */
  result(result: unknown): string {
    if (this.writesJson()) {
      const tree = treeIn(result);
      if (tree !== UNKNOWN) return `{"ok":true,"result":${JSON.stringify(tree)}}`;
    }
    return this.stringify({ ok: true, result });
  }

  /** The envelope of a success without one. */
  success(): string {
    return this.writesJson() ? '{"ok":true}' : this.stringify({ ok: true });
  }

  stringify(envelope: object): string {
    // A serializer that has no answer leaves it to JSON, as in the stock exposure.
    const text: unknown = this.serializer.stringify(envelope) ?? JSON.stringify(envelope);
    if (typeof text === 'string') return text;
    throw new TypeError(`the serializer's stringify must return a string, got ${typeof text}`);
  }

  private readsJson(): boolean {
    const { serializer } = this;
    return serializer.parse === this.parseMethod && this.isUnchanged(serializer as unknown as Inside);
  }

  private writesJson(): boolean {
    const { serializer } = this;
    const inside = serializer as unknown as Inside;
    return (
      serializer.stringify === this.stringifyMethod &&
      this.isUnchanged(inside) &&
      inside.indent === undefined &&
      // A type of the application's own may claim plain objects.
      inside.typeRegistry?.typeList?.length === BUILT_IN_TYPES
    );
  }

  private isUnchanged(inside: Inside): boolean {
    return inside.maxDepth === 1000 && inside.constructor === this.Serializer;
  }
}

function treeIn(result: unknown): unknown {
  try {
    return treeOf(result);
  } catch {
    // Whatever is wrong with it, the serializer has the error for it.
    return UNKNOWN;
  }
}
