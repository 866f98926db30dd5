/** Mutated requests to a `node:http` server and to ours: who makes what of them. The long tests use this, too. */
import { ask, type Outcome, startNode, startOurs, verdict } from './beside';
import { mutants } from './mutants';

export interface Mutations {
  readonly seed: number;
  readonly count: number;
  /** How many `node:http` refused. */
  readonly refused: number;
  /** How many differ for each documented reason. */
  readonly documented: ReadonlyMap<string, number>;
  /** Those that differ for no reason that is documented: their bytes, and both verdicts. */
  readonly unexplained: readonly string[];
}

const BATCH = 200;

type Shown = (text: string, node: string, ours: string) => boolean;

/** Something in the bytes that makes us refuse with 400. */
const by =
  (pattern: RegExp): Shown =>
  (text, _node, ours) =>
    ours === 'refused 400' && pattern.test(text);

/**
 * What `rust-tunnel/src/http/io/guard/mod.rs` documents, by what shows it. The first that fits is the reason.
 */
const DOCUMENTED: readonly (readonly [reason: string, shown: Shown])[] = [
  ['more than one blank in the request line', by(/[A-Z] {2,}[^ \r\n]+ +HTTP\/|[A-Z] +[^ \r\n]+ {2,}HTTP\//)],
  ['HTTP/0.9: no version in the request line', by(/(?:^|[^A-Z-])[A-Z-]+ +[^ \r\n]+\r?\n/)],
  ['a version that is not 1.0 or 1.1', by(/ (?:HTTP|RTSP|ICE)\/(?!1\.[01]\r)/)],
  ['an empty Transfer-Encoding', by(/transfer-encoding:[ \t]*\r\n/i)],
  ['CONNECT to what is no authority', by(/CONNECT /)],
  ['a method of RTSP, not complete', by(/(?:^|[^A-Z-])[A-Z_]+$/)],
  ['what follows an Upgrade', by(/upgrade:/i)],
  [
    'a 417 that closes: what comes after it is not looked at',
    (_text, node, ours) => ours === 'refused 417' && node === 'refused 400',
  ],
  [
    'a field that is wrong but not complete',
    (text, node, ours) => node === 'refused 400' && ours === 'accepted' && /\r\n[^\r\n]+$/.test(text),
  ],
];

const word = (outcome: Outcome): string => verdict(outcome).replace(/,.*/, '');

/** Sends `count` mutations to both servers. They are the same ones for the same seed. */
export async function runMutations(count: number, seed: number): Promise<Mutations> {
  const [node, ours] = await Promise.all([startNode(), startOurs()]);
  try {
    const documented = new Map<string, number>();
    const unexplained: string[] = [];
    let refused = 0;
    const all = mutants(count, seed);
    for (let batch = take(all); batch.length > 0; batch = take(all)) {
      const inputs = batch.map((text) => Buffer.from(text, 'latin1'));
      const [theirs, own] = await Promise.all([ask(node, inputs), ask(ours, inputs)]);
      for (const [at, text] of batch.entries()) {
        const [left, right] = [word(theirs[at] as Outcome), word(own[at] as Outcome)];
        if (left !== 'accepted') refused += 1;
        if (left === right) continue;
        const reason = DOCUMENTED.find(([, shown]) => shown(text, left, right))?.[0];
        if (reason === undefined) unexplained.push(`${JSON.stringify(text)}: node ${left}, ours ${right}`);
        else documented.set(reason, (documented.get(reason) ?? 0) + 1);
      }
    }
    return { seed, count, refused, documented, unexplained };
  } finally {
    await Promise.all([node.stop(), ours.stop()]);
  }
}

function take(all: Iterator<string>): string[] {
  const batch: string[] = [];
  while (batch.length < BATCH) {
    const { value, done } = all.next();
    if (done) break;
    batch.push(value);
  }
  return batch;
}
