import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runInNewContext } from 'node:vm';
import { Serializer } from '@bluelibs/runner/node';
import fc from 'fast-check';
import { Codec } from './codec';
import { treeOf } from './tree';

class Point {
  constructor(
    readonly x: number,
    readonly y: unknown,
  ) {}
}

class Inherits extends Point {
  toJSON(): string {
    return 'hidden';
  }
}

class List extends Array {}

class Day extends Date {
  override toISOString(): string {
    return '2001-02-03T04:05:06.007Z';
  }
}

class Getters {
  own = new Date(1);
  get onPrototype(): number {
    return 1;
  }
}

const cycle: Record<string, unknown> = { a: 1 };
cycle.self = cycle;

/** `{"a":{"a":...}}`, so many levels deep. */
function nested(depth: number, leaf: unknown = 1): unknown {
  let value = leaf;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? { a: value } : [value];
  return value;
}

/** Values that look plain and are not, or are and don't look it; each made anew. */
const odd: readonly (() => unknown)[] = [
  () => undefined,
  () => Number.NaN,
  () => Number.POSITIVE_INFINITY,
  () => -0,
  () => 10n,
  () => Symbol.for('known'),
  () => Symbol('own'),
  () => () => {},
  () => new Date(0),
  () => new Date(Number.NaN),
  () => new Date('+123456-01-01'),
  () => new Day(0),
  () => Object.assign(new Date(0), { toISOString: () => '2001-02-03T04:05:06.007Z' }),
  () => Object.assign(new Date(0), { toISOString: () => 5 }),
  () => new Proxy(new Date(0), {}),
  () => Object.create(Date.prototype),
  () => new Getters(),
  () => new Point(undefined as never, [1, undefined, new Point(2, 10n)]),
  () => new Point(1, Symbol('own')),
  () => Object.assign(Object.create(new Point(1, 2)), { own: undefined }),
  () => Object.setPrototypeOf(Object(1), Point.prototype),
  () => new (class extends Map {})(),
  () => new (class extends Error {})('e'),
  () => Object.assign(Object.create(Object.create(null)), { a: 1 }),
  () => ({ z: 1, 10: undefined, 2: new Date(0), a: 2 }),
  () => ({ a: undefined, toJSON: undefined }),
  () => Object.assign(new Array(3), [undefined, Number.NaN, -0]),
  () => Object.assign([undefined], { extra: 1 }),
  () => /a+(b)/gi,
  () => new Map([['k', { a: 1 }]]),
  () => new Set([1, 'a']),
  () => new URL('http://a/b?c'),
  () => new URLSearchParams('a=1'),
  () => new Uint8Array([1, 2]),
  () => Buffer.from('ab'),
  () => new Float64Array([1.5]),
  () => new ArrayBuffer(2),
  () => new Point(1, { deep: [true] }),
  () => new Point(1, new Date(0)),
  () => new Inherits(1, 2),
  () => ({ toJSON: () => 'own' }),
  () => ({ toJSON: 'a string' }),
  () => Object.defineProperty({ a: 1 }, 'toJSON', { value: () => 'hidden' }),
  () => Object.assign(Object.create({ toJSON: () => 'inherited' }), { a: 1 }),
  () => Object.assign(Object.create(null), { a: [1, null] }),
  () => Object.assign(Object.create({ inherited: 1 }), { own: 2 }),
  () => Object.assign([1, 2], { extra: true }),
  () => Object.assign([1], { toJSON: () => 'array' }),
  () => List.from([1, 2]),
  () => Object.setPrototypeOf([1, 2], null),
  // biome-ignore lint/suspicious/noSparseArray: that is what is tested.
  () => [1, , 3],
  () => new Array(3),
  () => Object(1),
  () => Object('boxed'),
  () => Object(true),
  () => Promise.resolve(1),
  () => new WeakMap(),
  () => new Proxy({ a: 1 }, {}),
  () => new Proxy([1, 2], {}),
  () => ({
    get seen() {
      return 'by a getter';
    },
  }),
  () => ({ [Symbol('key')]: 1, a: 2 }),
  () => Object.defineProperty({ a: 1 }, 'hidden', { value: new Date(0), enumerable: false }),
  () => Object.freeze({ a: Object.freeze([1]) }),
  () => JSON.parse('{"__proto__":{"polluted":1},"a":1}'),
  () => ({
    constructor: 1,
    prototype: 2,
    __type: 'Date',
    __graph: true,
    '$runner.escape::a': 1,
    __ref: 'x',
    $b: 1,
  }),
  () => ({ __type: 'Date', value: '1970-01-01T00:00:00.000Z' }),
  () => runInNewContext('({ a: [1, { b: "other realm" }] })'),
  () => runInNewContext('[1, 2]'),
  () => runInNewContext('new Date(0)'),
  () => new Proxy(() => {}, {}),
  () => cycle,
  () => {
    const shared = { once: 1 };
    return [shared, shared, { shared }];
  },
  () => nested(199),
  () => nested(201),
  () => nested(998),
  () => nested(1001),
  () => '\ud800 lone \u2028 \u2029 \u0000',
];

const anyValue = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.jsonValue(),
    fc.constantFrom(...odd).map((make) => make()),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(
        fc.string(),
        fc.constantFrom(
          '__type',
          '__graph',
          '__proto__',
          'constructor',
          'prototype',
          '$runner.escape::x',
          'value',
          'id',
        ),
      ),
      tie('value'),
      { maxKeys: 4 },
    ),
  ),
})).value;

/** The text, or that there is none. */
function outcome(make: () => string): string | Error {
  try {
    return make();
  } catch {
    return new Error('refused');
  }
}

describe('Codec', () => {
  const serializer = new Serializer();
  const codec = new Codec(serializer, Serializer);
  const same = (value: unknown): void =>
    assert.deepEqual(
      outcome(() => codec.result(value)),
      outcome(() => serializer.stringify({ ok: true, result: value })),
    );

  it('writes what the serializer writes, of every odd value', () => {
    for (const make of odd) {
      same(make());
      same({ member: make() });
      same([make()]);
    }
  });

  it('writes what the serializer writes, of any value', () => {
    fc.assert(fc.property(anyValue, same), { numRuns: 20_000 });
  });

  it('takes the fast path for what plain JSON can hold', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        // `jsonValue` may make a key that the serializer treats in its own way, and -0 is plain too.
        const text = JSON.stringify(value);
        fc.pre(!/__type|__graph|__proto__|constructor|prototype|\$runner|toJSON/.test(text));
        assert.equal(treeOf(value), value);
      }),
    );
  });

  it('notices a polluted prototype', () => {
    const prototype = Object.prototype as { toJSON?: unknown };
    try {
      prototype.toJSON = () => 'polluted';
      same({ a: 1 });
      same([1]);
    } finally {
      delete prototype.toJSON;
    }
  });

  it('takes the serializer as soon as it is no longer the plain one', () => {
    const money = { kind: 'money', amount: 5 };
    const changed = new Serializer();
    const own = new Codec(changed, Serializer);
    assert.equal(own.result(money), '{"ok":true,"result":{"kind":"money","amount":5}}');
    changed.addType({
      id: 'Money',
      is: (value): value is object => (value as { kind?: unknown } | null)?.kind === 'money',
      serialize: () => 'five',
      deserialize: () => money,
      strategy: 'value',
    });
    assert.equal(own.result(money), '{"ok":true,"result":{"__type":"Money","value":"five"}}');

    const pretty = new Codec(new Serializer({ pretty: true }), Serializer);
    assert.equal(pretty.success(), '{\n  "ok": true\n}');

    class Shouting extends Serializer {
      override stringify(value: unknown): string {
        return super.stringify(value).toUpperCase();
      }
      override parse<T>(text: string): T {
        return `read ${text}` as T;
      }
    }
    const shouting = new Codec(new Shouting(), Serializer);
    assert.equal(shouting.result('a'), '{"OK":TRUE,"RESULT":"A"}');
    assert.equal(shouting.parse('1', true), 'read 1');

    const replaced = new Serializer();
    replaced.stringify = () => 'replaced';
    assert.equal(new Codec(replaced, Serializer).result(1), 'replaced');

    const shallow = new Codec(new Serializer({ maxDepth: 2 }), Serializer);
    assert.throws(() => shallow.result([[[[1]]]]));
    assert.throws(() => shallow.parse('[[[[1]]]]', true));
  });

  it('reads what the serializer reads, where the text holds nothing of its own', () => {
    const texts = fc.oneof(
      anyValue
        .map((value) => outcome(() => serializer.stringify(value)))
        .filter((text) => typeof text === 'string'),
      fc.json(),
      fc.string(),
      fc.tuple(fc.json(), fc.string({ maxLength: 2 })).map(([json, rest]) => json + rest),
    ) as fc.Arbitrary<string>;
    const read = (make: () => unknown): unknown => {
      try {
        return { value: make() };
      } catch {
        return 'refused';
      }
    };
    fc.assert(
      fc.property(texts, (text) => {
        const own = /"__|"constructor"|"prototype"|"\$runner|\\u00[2-7]/.test(text);
        const brackets = text.split(/[[{]/).length - 1;
        assert.deepEqual(
          read(() => codec.parse(text, !own && brackets <= 1000)),
          read(() => serializer.parse(text)),
        );
      }),
      { numRuns: 20_000 },
    );
  });
});
