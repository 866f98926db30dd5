/** The recorded verdicts of Node 20: `rust-tunnel/src/http/io/guard/tests/verdicts.json`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Text stands for itself in latin1, `[text, count]` for repetitions, a list for its parts in order. */
type Encoded = string | [Encoded, number] | Encoded[];

export interface Recorded {
  readonly name: string;
  readonly bytes: Encoded;
  /** `status` is the refusal if there is one, else that of the last answer. */
  readonly node: { readonly status: number | null; readonly closes: boolean };
  /** The guard's verdict where it is another on purpose: a status, 0 for silence, `null` for acceptance. */
  readonly differs?: { readonly status: number | null; readonly why: string };
}

const FILE = join(__dirname, '../../../rust-tunnel/src/http/io/guard/tests/verdicts.json');

export function readRecorded(): Recorded[] {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Recorded[];
}

export function decode(encoded: Encoded): Buffer {
  if (typeof encoded === 'string') return Buffer.from(encoded, 'latin1');
  const [unit, count] = encoded;
  if (typeof count === 'number') {
    const bytes = decode(unit as Encoded);
    return Buffer.alloc(bytes.length * count, bytes);
  }
  return Buffer.concat((encoded as Encoded[]).map(decode));
}
