/** Deeper values take the serializer, which knows its own limits, and cycles. */
const MAX_DEPTH = 200;

/**
 * Whether `JSON.stringify` writes exactly what the Runner's `Serializer` would (contract 4.2). Says no when in doubt; an
 * object with a prototype of its own is in doubt.
 */
export function isPlainJson(value: unknown, depth = MAX_DEPTH): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      if (value === null) return true;
      // A `toJSON` may be hidden, or inherited from a prototype that somebody has added to.
      if (depth === 0 || (value as { toJSON?: unknown }).toJSON !== undefined) return false;
      return Array.isArray(value) ? isPlainArray(value, depth) : isPlainObject(value, depth);
    default:
      return false;
  }
}

function isPlainArray(value: readonly unknown[], depth: number): boolean {
  // A hole reads as `undefined`, which is not plain.
  for (let index = 0; index < value.length; index++) {
    if (!isPlainJson(value[index], depth - 1)) return false;
  }
  return true;
}

function isPlainObject(value: object, depth: number): boolean {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const key in value) {
    if (isReserved(key) || !isPlainJson((value as Record<string, unknown>)[key], depth - 1)) return false;
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
