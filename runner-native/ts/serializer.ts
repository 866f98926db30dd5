/** Turns values into text and back. `@bluelibs/runner`'s `Serializer` is one; so is `JSON`, nearly. */
export interface Serializer {
  stringify(value: unknown): string;
  parse(text: string): unknown;
}

/** How the Runner's clients write "no input" and read "no result". */
const UNDEFINED = { __type: 'Undefined', value: null } as const;
/** `JSON.parse` makes it an own member, which a later copy would turn into the prototype. */
const PROTO = '__proto__';

/**
 * Plain JSON, and one literal more: `{"__type":"Undefined","value":null}` stands for `undefined`, which the Runner's
 * clients send when there is no input. A key `__proto__` is dropped; nobody means well by it.
 */
export const jsonSerializer: Serializer = {
  stringify(value) {
    const text = JSON.stringify(isRecord(value) ? withUndefined(value) : value);
    if (text === undefined) {
      if (value === undefined) return JSON.stringify(UNDEFINED);
      throw new TypeError(`a ${typeof value} can't be written as JSON`);
    }
    return text;
  },

  parse(text) {
    const value: unknown = JSON.parse(text);
    // Only these can spell a key that needs care; `\u` may spell anything.
    return text.includes('"__') || text.includes('\\u') ? revive(value) : value;
  },
};

/** An envelope keeps its `result` even when that is `undefined`; members deeper down behave as in `JSON.stringify`. */
function withUndefined(record: Record<string, unknown>): object {
  let copy: Record<string, unknown> | undefined;
  for (const key in record) {
    const member = record[key];
    if (member === undefined) {
      copy ??= { ...record };
      copy[key] = UNDEFINED;
    } else if (typeof member === 'function' || typeof member === 'symbol') {
      throw new TypeError(`a ${typeof member} can't be written as JSON`);
    }
  }
  return copy ?? record;
}

function revive(value: unknown): unknown {
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) value[index] = revive(value[index]);
    return value;
  }
  if (!isRecord(value)) return value;
  if (value.__type === UNDEFINED.__type && Object.hasOwn(value, 'value')) return undefined;
  if (Object.hasOwn(value, PROTO)) delete value[PROTO];
  for (const key of Object.keys(value)) value[key] = revive(value[key]);
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
