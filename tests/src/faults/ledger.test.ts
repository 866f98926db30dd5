/** The fault tests are worth as much as their judge: it must see everything that could be wrong. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Run } from './journal';
import { type Answer, type Entry, judge, type Loss } from './ledger';

const OK: Answer = { atMs: 20, status: 200, id: 'a', code: undefined, pid: 1, seenId: 'a' };
const LOST: Answer = {
  atMs: 20,
  status: 502,
  id: 'a',
  code: 'WORKER_LOST',
  pid: undefined,
  seenId: undefined,
};

const entry = (answer?: Partial<Answer>, more: Partial<Entry> = {}): Entry => ({
  id: 'a',
  repeatable: false,
  sentMs: 10,
  ...(answer && { answer: { ...(answer.status === 502 ? LOST : OK), ...answer } }),
  ...more,
});
const run = (pid: number, ended = 1, begun = 1): Run => ({ id: 'a', pid, begun, ended });
const loss = (pid: number, fromMs = 15): Loss => ({ pid, fromMs, untilMs: fromMs + 1 });

const LATER = 10_000;
const repeatable = { repeatable: true };

const right: Record<string, Parameters<typeof judge>> = {
  'a call that was run': [[entry(OK)], [run(1)], []],
  'a call whose worker was killed': [[entry(LOST)], [run(1, 0)], [loss(1)]],
  'a call whose worker was killed when it had just ended it': [[entry(LOST)], [run(1)], [loss(1)]],
  'a call that was handed over and not begun': [[entry(LOST)], [], [loss(1)]],
  'a call that was repeated': [[entry(OK, repeatable)], [run(2, 0), run(1)], [loss(2)]],
  'a call that was repeated in vain': [[entry(LOST, repeatable)], [run(2, 0), run(1, 0)], [loss(2), loss(1)]],
};

const wrong: Record<string, [expected: RegExp, ...Parameters<typeof judge>]> = {
  'no answer': [/no answer/, [entry()], [run(1)], []],
  'a connection that broke': [/broke: reset/, [entry(undefined, { broken: 'reset' })], [], []],
  'a second answer': [/broke: one too many/, [entry(OK, { broken: 'one too many' })], [run(1)], []],
  "another call's answer": [/with the id b/, [entry({ ...OK, id: 'b' })], [run(1)], []],
  "another call's result": [/saw the id b/, [entry({ ...OK, seenId: 'b' })], [run(1)], []],
  "another call's failure": [/with the id b/, [entry({ ...LOST, id: 'b' })], [run(1, 0)], [loss(1)]],
  'a result that nobody made': [/not ended by 1/, [entry(OK)], [], []],
  'a result of a worker that did not end the call': [/not ended by 1/, [entry(OK)], [run(1, 0)], []],
  'a call that ran twice': [/twice by one/, [entry(OK)], [run(1, 2, 2)], []],
  'a call that was repeated unasked': [/several/, [entry(OK)], [run(2, 0), run(1)], [loss(2)]],
  'a call that was repeated twice': [
    /several/,
    [entry(OK, repeatable)],
    [run(3, 0), run(2, 0), run(1)],
    [loss(3), loss(2)],
  ],
  'a call that was repeated too early': [/though/, [entry(OK, repeatable)], [run(2, 0), run(1)], []],
  'a call that was not repeated': [/not repeated/, [entry(LOST, repeatable)], [run(1, 0)], [loss(1)]],
  'a failure when no worker was lost': [/no worker was lost/, [entry(LOST)], [run(1, 0)], []],
  'a failure of a call that another worker had': [/its worker/, [entry(LOST)], [run(1, 0)], [loss(2)]],
  'a failure before the worker was lost': [/its worker/, [entry(LOST)], [run(1, 0)], [loss(1, LATER)]],
  'a failure long after the worker was lost': [
    /its worker/,
    [entry({ ...LOST, atMs: LATER }, { sentMs: LATER - 5 })],
    [run(1, 0)],
    [loss(1)],
  ],
  'another code': [/code CLOSING/, [entry({ ...LOST, code: 'CLOSING' })], [run(1, 0)], [loss(1)]],
  'another status': [/with 503 NO_WORKER/, [entry({ status: 503, code: 'NO_WORKER' })], [], []],
  'a call that nobody sent': [/nobody sent/, [], [run(1)], []],
};

describe('the judge of the fault tests', () => {
  for (const [what, given] of Object.entries(right)) {
    it(`lets pass ${what}`, () => {
      assert.deepEqual(judge(...given).violations, []);
    });
  }

  for (const [what, [expected, ...given]] of Object.entries(wrong)) {
    it(`sees ${what}`, () => {
      assert.match(judge(...given).violations.join('\n'), expected);
    });
  }

  it('counts', () => {
    const verdict = judge(
      [entry(OK), entry(LOST, { id: 'b' }), entry(undefined, { id: 'c' })],
      [run(1), { id: 'b', pid: 2, begun: 1, ended: 0 }],
      [loss(2)],
    );
    const { violations: _, ...counts } = verdict;
    assert.deepEqual(counts, { requests: 3, ok: 1, lost: 1, other: 1, begun: 2, open: 1, repeated: 0 });
  });
});
