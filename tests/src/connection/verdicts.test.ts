/** Every recorded case of the guard, live: our server beside a `node:http` server on the same bytes. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { ask, type Outcome, type Subject, startNode, startOurs, verdict } from './beside';
import { decode, type Recorded, readRecorded } from './recorded';

/** The recorded verdicts are those of this version. */
const RECORDED_MAJOR = '20';
const BATCH = 90;

interface Row {
  readonly name: string;
  /** By the running Node where that is the recorded one, else as recorded. */
  readonly node: string;
  readonly recorded: string;
  readonly expected: string;
  readonly ours: string;
  readonly why: string;
  readonly version: string;
}

/** The outcomes of all cases, some on the wire at a time, in their order. */
async function askAll(subject: Subject, inputs: readonly Buffer[]): Promise<Outcome[]> {
  const starts = Array.from({ length: Math.ceil(inputs.length / BATCH) }, (_, at) => at * BATCH);
  const batches = await Promise.all(starts.map((at) => ask(subject, inputs.slice(at, at + BATCH))));
  return batches.flat();
}

function expectedOf({ differs }: Recorded, recorded: string): readonly [string, string] {
  if (differs === undefined) return [recorded, ''];
  const { status, why } = differs;
  return [
    verdict({ statuses: status === null ? [200] : status === 0 ? [] : [status], closes: status !== null }),
    why,
  ];
}

async function compare(t: TestContext): Promise<Row[]> {
  const [node, ours] = await Promise.all([startNode(), startOurs()]);
  t.after(() => Promise.all([node.stop(), ours.stop()]));
  const cases = readRecorded();
  const inputs = cases.map(({ bytes }) => decode(bytes));
  const isRecordedOne = process.versions.node.startsWith(`${RECORDED_MAJOR}.`);
  const [nodes, all] = await Promise.all([isRecordedOne ? askAll(node, inputs) : [], askAll(ours, inputs)]);
  return cases.map((one, at) => {
    const { status, closes } = one.node;
    const recorded = verdict({ statuses: status === null ? [] : [status], closes });
    const [expected, why] = expectedOf(one, recorded);
    const [live, outcome] = [nodes[at], all[at] as Outcome];
    return {
      name: one.name,
      node: live === undefined ? recorded : verdict(live),
      recorded,
      expected,
      ours: verdict(outcome),
      why,
      version: outcome.version,
    };
  });
}

describe('the recorded verdicts, live', () => {
  it('are those of node:http, or differ as documented', { timeout: 60_000 }, async (t) => {
    const rows = await compare(t);
    const differing = rows.filter(({ node, ours }) => node !== ours);
    for (const { name, node, ours, why } of differing) {
      const cells = [JSON.stringify(name).slice(0, 58).padEnd(58), node.padEnd(19), ours.padEnd(19)];
      t.diagnostic(`${cells.join(' | ')} | ${why || 'NOT DOCUMENTED'}`);
    }
    const refused = rows.filter(({ ours }) => ours.startsWith('refused')).length;
    t.diagnostic(`${rows.length} cases, ${refused} refused by us, ${differing.length} differ from node:http`);

    const wrong = (is: (row: Row) => boolean): string[] =>
      rows
        .filter(is)
        .map(({ name, node, expected, ours }) => `${name}: node ${node}; expected ${expected}; ours ${ours}`);
    const changed = wrong(({ node, recorded }) => node !== recorded);
    assert.deepEqual(changed, [], 'Node does not decide as recorded');
    const undocumented = wrong(({ expected, ours }) => expected !== ours);
    assert.deepEqual(undocumented, [], 'differences that nothing documents');
    const idle = wrong(({ node, why, ours }) => why !== '' && node === ours);
    assert.deepEqual(idle, [], 'documented differences that are none');

    const old = rows.filter(({ version }) => version === 'HTTP/1.0').map(({ name }) => name);
    assert.deepEqual(old, [], 'answered in HTTP/1.0');
  });
});
