/** Deeper values take the serializer, which knows its own limits, and cycles. */
const MAX_DEPTH = 200;
const UNDEFINED = { __type: 'Undefined', value: null } as const;

/** What {@link treeOf} gives for a value that it leaves to the serializer. */
export const UNKNOWN = Symbol('left to the serializer');

/**
 * Objects with one of these behind them are written by a type of the serializer's, or by `JSON.stringify` in a way of its
 * own.
 */
const SPECIAL: ReadonlySet<object> = new Set<object>(
  [
    ...[Date, RegExp, Map, Set, Error, URL, URLSearchParams, ArrayBuffer, DataView],
    ...[Object.getPrototypeOf(Uint8Array), Array, Number, String, Boolean, BigInt, Symbol],
  ].map(({ prototype }) => prototype),
);

/**
 * What `JSON.stringify` has to be given to write exactly what the Runner's `Serializer` would (contract 4.2): the value
 * itself where it is plain, else a copy along the path to what is not. {@link UNKNOWN} when in doubt.
 */
export function treeOf(value: unknown, depth = MAX_DEPTH): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : { __type: 'NonFiniteNumber', value: String(value) };
    case 'bigint':
      return { __type: 'BigInt', value: value.toString(10) };
    case 'undefined':
      return UNDEFINED;
    case 'object':
      if (value === null) return null;
      if (depth === 0) return UNKNOWN;
      if (Array.isArray(value)) return ofArray(value, depth);
      return ofObject(value as Record<string, unknown>, depth);
    default:
      return UNKNOWN;
  }
}

function ofArray(value: readonly unknown[], depth: number): unknown {
  if ((value as { toJSON?: unknown }).toJSON !== undefined) return UNKNOWN;
  let copy: unknown[] | undefined;
  // A hole reads as `undefined`.
  for (let index = 0; index < value.length; index++) {
    const item = value[index];
    const tree = treeOf(item, depth - 1);
    if (tree === UNKNOWN) return UNKNOWN;
    if (copy === undefined && tree !== item) copy = Array.from(value);
    if (copy !== undefined) copy[index] = tree;
  }
  return copy ?? value;
}

function ofObject(value: Record<string, unknown>, depth: number): unknown {
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Date.prototype) return ofDate(value as unknown as Date);
  const isPlain = prototype === Object.prototype || prototype === null;
  if (!isPlain && !isOrdinary(prototype)) return UNKNOWN;
  // A `toJSON` may be hidden, or inherited from a prototype that somebody has added to.
  let copy = isPlain && value.toJSON === undefined ? undefined : ({} as Record<string, unknown>);
  for (const key in value) {
    if (!isPlain && !Object.hasOwn(value, key)) continue;
    if (isReserved(key)) return UNKNOWN;
    const member = value[key];
    const tree = treeOf(member, depth - 1);
    if (tree === UNKNOWN) return UNKNOWN;
    if (copy === undefined && tree !== member) copy = { ...value };
    if (copy !== undefined) copy[key] = tree;
  }
  return copy ?? value;
}

function ofDate(date: Date): unknown {
  const value: unknown = date.toISOString();
  return typeof value === 'string' ? { __type: 'Date', value } : UNKNOWN;
}

/** Whether these are the objects of a class that nobody but its author knows. */
function isOrdinary(prototype: object): boolean {
  let next: object | null = prototype;
  while (next !== Object.prototype) {
    if (next === null || SPECIAL.has(next)) return false;
    next = Object.getPrototypeOf(next);
  }
  return true;
}

/** Keys that the serializer escapes or drops. */
function isReserved(key: string): boolean {
  switch (key.charCodeAt(0)) {
    case 0x24: // $
      return key.startsWith('$runner.escape::');
    case 0x5f: // _
      return key === '__type' || key === '__graph' || key === '__proto__';
    case 0x63: // c
      return key === 'constructor';
    case 0x70: // p
      return key === 'prototype';
    default:
      return false;
  }
}
