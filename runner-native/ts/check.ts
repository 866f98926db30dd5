/** Checks of options. Each failure names the option, what was given, and what is allowed. */

/** An object's members, none of which may be unknown. */
export function members<Key extends string>(
  name: string,
  value: unknown,
  known: readonly Key[],
): Partial<Record<Key, unknown>> {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrongType(name, value, 'an object');
  }
  const unknown = Object.keys(value).find((key) => !(known as readonly string[]).includes(key));
  if (unknown !== undefined) {
    throw new TypeError(`${join(name, unknown)} is no option; known here: ${known.join(', ')}`);
  }
  return value;
}

export function integer(name: string, value: unknown, min: number, max: number): number {
  if (typeof value !== 'number') throw wrongType(name, value, `an integer from ${min} to ${max}`);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(`${name} must be an integer from ${min} to ${max}, got ${value}`);
  }
  return value;
}

export function boolean(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw wrongType(name, value, 'true or false');
  return value;
}

export function string(name: string, value: unknown): string {
  if (typeof value !== 'string') throw wrongType(name, value, 'a string');
  return value;
}

/** One string or several. */
export function strings(name: string, value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value)) throw wrongType(name, value, 'a string or an array of strings');
  return value.map((item, index) => string(`${name}[${index}]`, item));
}

export function isFunction(value: unknown): value is (...args: never[]) => unknown {
  return typeof value === 'function';
}

export function wrongType(name: string, value: unknown, allowed: string): TypeError {
  return new TypeError(`${name} must be ${allowed}, got ${show(value)}`);
}

function show(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'object') return Array.isArray(value) ? 'an array' : 'an object';
  return `${String(value)} (${typeof value})`;
}

function join(name: string, key: string): string {
  return name === 'options' ? key : `${name}.${key}`;
}
