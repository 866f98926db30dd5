import assert from 'node:assert/strict';
import test from 'node:test';
import { parseOptions, UsageError } from './options.mjs';

const bench = { generator: async () => '', measure: async () => ({}), report: () => '' };
const kind = (/** @type {string} */ name) => ({
  work: { name, contenders: ['a', 'b'], connections: [1, 4], targets: [] },
  contenders: ['a', 'b', 'c'].map((one) => ({
    name: one,
    label: one,
    javascript: true,
    command: () => ['x'],
  })),
  bench,
});
const parse = (/** @type {string[]} */ ...argv) => parseOptions(argv, [kind('json'), kind('growth')]);
const names = (options) => options.entries.map(({ name }) => name);

test('without a kind all of them are run, in turn', () => {
  const runs = parse('--rounds', '2', '--seconds', '1');
  assert.deepEqual(
    runs.map(({ work, rounds, seconds }) => [work.name, rounds, seconds]),
    [
      ['json', 2, 1],
      ['growth', 2, 1],
    ],
  );
});

test('a kind says who takes part and how, unless the command line does', () => {
  const [own] = parse('growth');
  assert.deepEqual([own.rounds, own.seconds, own.connections, names(own)], [10, 3, [1, 4], ['a', 'b']]);
  const [told] = parse('growth', '--connections', '64,64,2', '--only', 'c,a', '--out', 'x.json');
  assert.deepEqual([told.connections, names(told), told.out], [[64, 2], ['c', 'a'], 'x.json']);
});

test('what there is not is refused', () => {
  for (const argv of [
    ['speed'],
    ['json', 'growth'],
    ['json', '--only', 'a,d'],
    ['json', '--rounds', '0'],
    ['json', '--fast'],
    ['--only', 'a'],
    ['--out', 'x.json'],
    ['--connections', '1'],
  ]) {
    assert.throws(() => parse(...argv), UsageError, argv.join(' '));
  }
});
