import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { jsonSerializer } from './serializer';

const { parse, stringify } = jsonSerializer;
const UNDEFINED = '{"__type":"Undefined","value":null}';

describe('jsonSerializer.stringify', () => {
  it('writes what JSON writes', () => {
    for (const value of [
      null,
      0,
      -0,
      '',
      'é\u2028',
      true,
      [],
      {},
      { a: [1, { b: null }] },
      new Date(0),
      '\ud800',
    ]) {
      assert.equal(stringify(value), JSON.stringify(value));
    }
  });

  it('keeps the result of an envelope, also when it is undefined', () => {
    assert.equal(stringify({ ok: true, result: undefined }), `{"ok":true,"result":${UNDEFINED}}`);
    assert.equal(stringify(undefined), UNDEFINED);
  });

  it('leaves what is undefined deeper down out', () => {
    assert.equal(stringify({ ok: true, result: { a: undefined } }), '{"ok":true,"result":{}}');
    assert.equal(stringify({ ok: true, result: [undefined] }), '{"ok":true,"result":[null]}');
  });

  it('leaves the value as it was', () => {
    const envelope = { ok: true, result: undefined };
    stringify(envelope);
    assert.deepEqual(envelope, { ok: true, result: undefined });
  });

  it('refuses what JSON can not hold', () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    for (const value of [() => 1, Symbol('s'), 1n, cycle, { result: () => 1 }, { result: Symbol('s') }]) {
      assert.throws(() => stringify(value), TypeError);
    }
  });
});

describe('jsonSerializer.parse', () => {
  it('reads what JSON reads', () => {
    for (const text of ['null', '5', '"é"', '[1,{"a":[]}]', '{"__ref":1}', '{"__type":5,"value":1}', '-0']) {
      assert.deepEqual(parse(text), JSON.parse(text));
    }
  });

  it('refuses what JSON refuses', () => {
    for (const text of ['', ' ', '{', '\ufeff{}', 'NaN', '{}{}', "'a'"]) {
      assert.throws(() => parse(text), SyntaxError);
    }
  });

  it('reads undefined wherever it stands', () => {
    assert.equal(parse(UNDEFINED), undefined);
    assert.deepEqual(parse(`{"input":${UNDEFINED},"x":[${UNDEFINED}]}`), {
      input: undefined,
      x: [undefined],
    });
    assert.equal(parse('{"\\u005f_type":"Undefined","value":null}'), undefined);
    // Without a value it is an ordinary object.
    assert.deepEqual(parse('{"__type":"Undefined"}'), { __type: 'Undefined' });
  });

  it('leaves other types as they are', () => {
    const text = '{"__type":"Date","value":"1970-01-01T00:00:00.000Z"}';
    assert.deepEqual(parse(text), JSON.parse(text));
  });

  it('drops a key __proto__ at every depth, however it is written', () => {
    for (const text of [
      '{"__proto__":{"polluted":1},"a":1}',
      '{"\\u005f\\u005fproto\\u005f\\u005f":{"polluted":1},"a":1}',
      '{"_\\u005fproto__":null,"a":1}',
    ]) {
      const value = parse(text) as Record<string, unknown>;
      assert.deepEqual(Object.keys(value), ['a']);
      assert.equal(Object.getPrototypeOf(value), Object.prototype);
      assert.equal(value.polluted, undefined);
    }
    assert.deepEqual(parse('[{"a":{"__proto__":1,"b":2}}]'), [{ a: { b: 2 } }]);
  });

  it('never ends the process over a deep value', () => {
    const deep = (open: string, close: string): string =>
      `${open.repeat(200_000)}"__"${close.repeat(200_000)}`;
    for (const text of [deep('[', ']'), deep('{"a":', '}')]) {
      try {
        parse(text);
      } catch (error) {
        assert.ok(error instanceof RangeError || error instanceof SyntaxError, String(error));
      }
    }
  });
});
