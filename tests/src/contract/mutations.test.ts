/** The suite tests itself: a second stock server that is spoiled in one way has to be noticed. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { it } from '../harness/it';
import { comparable } from './allowed';
import type { Case } from './case';
import { Duel } from './duel';
import type { LogNote } from './notes';
import type { Answer, Observation } from './observation';
import { call, result, to, UNAUTHORIZED } from './requests';
import { type Spoil, startSpoiled } from './spoiled';

/** A success that shows a context, and a refusal that is logged. */
const CASES: Case[] = [
  {
    rows: [],
    does: 'succeeds',
    send: call('echo', { a: 1, b: 2 }, { 'x-runner-request-id': 'mine' }),
    gets: { ...result('{"a":1,"b":2}'), headers: { 'x-runner-request-id': 'mine' } },
    seen: ['echo'],
  },
  { rows: [], does: 'makes an id', send: call('echo', 1), gets: result('1') },
  {
    rows: [],
    does: 'shows the context',
    send: call('contexts', null, { 'x-runner-context': '{"ctx.tenant":"\\"a\\""}' }),
    gets: result('null'),
    seen: ['contexts'],
  },
  {
    rows: [],
    does: 'refuses',
    send: to('/__runner/task/echo', { headers: { 'x-runner-token': 'wrong' } }),
    gets: UNAUTHORIZED,
    logs: ['exposure.auth.failure'],
  },
];

const SPOILS: [name: string, spoil: Spoil, at: RegExp][] = [
  ['another status', { bytes: (text) => text.replace('200 OK', '201 OK') }, /answers\.0\.status/],
  ['another reason', { bytes: (text) => text.replace('200 OK', '200 Fine') }, /answers\.0\.line/],
  [
    'a header missing',
    { bytes: (text) => text.replace(/X-Frame-Options: DENY\r\n/i, '') },
    /headers\.x-frame-options/,
  ],
  ['a header more', { bytes: (text) => text.replace('\r\n', '\r\nServer: us\r\n') }, /headers\.server/],
  ['another value', { bytes: (text) => text.replace('nosniff', 'nosnuff') }, /x-content-type-options/],
  ['no date', { bytes: (text) => text.replace(/Date: .*\r\n/, '') }, /headers\.date/],
  ['one byte of a body', { bytes: (text) => text.replace('"ok":true', '"ok":trUe') }, /answers\.0\.body/],
  ['the order of keys', { bytes: (text) => text.replace('"a":1,"b":2', '"b":2,"a":1') }, /answers\.0\.body/],
  ['another request id', { bytes: (text) => text.replace('id: mine', 'id: ours') }, /x-runner-request-id/],
  [
    'an id that is no uuid',
    { bytes: (text) => text.replace(/(request-id: [0-9a-f-]{14})4/, '$11') },
    /x-runner-request-id/,
  ],
  ['the connection closed', { ends: true }, /after\n +stock: "open"/],
  ['a log record missing', { log: () => undefined }, /logs\.0/],
  ['another level', { log: (record) => ({ ...record, level: 'error' }) }, /logs\.0\.level/],
  [
    'another field in the log',
    { log: (record) => ({ ...record, context: record.context.replace('401', '400') }) },
    /logs\.0\.context/,
  ],
  ['another input', { seen: (line) => line.replace('a: 1', "a: '1'") }, /seen\.0/],
  ['another context', { seen: (line) => line.replace("'ctx.tenant': 'a'", "'ctx.tenant': 'b'") }, /seen\.0/],
];

/** What the cases find when the second side is spoiled so. */
async function found(spoil: Spoil): Promise<string[]> {
  const duel = await Duel.start(undefined, (setting) => startSpoiled(spoil, setting));
  const findings: string[] = [];
  try {
    for (const one of CASES) {
      await duel.play(one).catch((error: Error) => findings.push(error.message));
    }
  } finally {
    await duel.stop();
  }
  return findings;
}

const LOG: LogNote = {
  level: 'error',
  message: 'exposure.task.error',
  source: 's',
  context: '{}',
  data: "{ id: 'fail' }",
  error: 'TypeError: wrong (with stack)',
};
const ANSWER: Answer = {
  status: 204,
  line: '',
  headers: { 'content-length': ['0'], vary: ['Origin'] },
  body: '',
};

/** An observation with nothing but one record or one answer. */
function observed(log: Partial<LogNote>, answer: Partial<Answer> = {}): Observation {
  const answers = [{ ...ANSWER, ...answer }];
  return { answers, after: 'open', seen: [], unhandled: [], logs: [{ ...LOG, ...log }] };
}

describe('what may differ everywhere', () => {
  const plain = comparable(observed({ data: 'undefined', error: 'UnknownError: wrong' }), 'native');

  it('is what D21 says, and a length beside 204', () => {
    assert.deepEqual(comparable(observed({}, { headers: { vary: ['Origin'] } }), 'native'), plain);
    assert.deepEqual(comparable(observed({}), 'native'), plain);
  });

  it('is nothing else', () => {
    const others = [
      observed({ error: 'TypeError: right' }),
      observed({ data: "{ id: 'fail', more: 1 }" }),
      observed({ message: 'exposure.auth.failure' }),
      observed({ context: '{ a: 1 }' }),
      observed({}, { headers: { 'content-length': ['1'], vary: ['Origin'] } }),
      observed({}, { headers: {} }),
      observed({}, { status: 200 }),
    ];
    for (const other of others) assert.notDeepEqual(comparable(other, 'native'), plain);
  });

  it('is nothing for the stock handlers', () => {
    for (const form of ['delegated', 'fallback'] as const) {
      assert.deepEqual(comparable(observed({}), form), observed({}));
    }
  });
});

describe('the contract suite', () => {
  it('finds nothing in a server that is the same', async () => {
    assert.deepEqual(await found({ bytes: (text) => text }), []);
  });

  for (const [name, spoil, at] of SPOILS) {
    it(`notices ${name}`, async () => {
      const findings = await found(spoil);
      assert.notEqual(findings.length, 0);
      for (const finding of findings) assert.match(finding, /^ours differs:\n/);
      assert.match(findings.join('\n'), at);
    });
  }
});
