/** Targets and bodies by chance, the same for the same seed. */

export type Chance = () => number;

/** Numbers from 0 to 1 (mulberry32). */
export function chance(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function pick<T>(random: Chance, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)] as T;
}

function several<T>(random: Chance, most: number, make: () => T): T[] {
  return Array.from({ length: Math.floor(random() * (most + 1)) }, make);
}

/** Only what a URI may have, also in its host: what else Node takes has cases of its own. */
const PIECES = [
  ...['/', '/', '/', '//', '/./', '/../', '/%2e/', '/%2E%2e/', '\\', '%2F', '%5C'],
  ...['__runner', 'task', 'event', 'discovery', 'echo', 'app', 'tasks', 'x', 'happened', 'ghost', '.', '..'],
  ...[
    '?',
    '#',
    '&',
    '=',
    '%',
    '%4',
    '%zz',
    '%00',
    '%C3%A9',
    '%ff',
    '%25',
    '%20',
    '+',
    ';',
    ':',
    '@',
    '~',
    "'",
    '(',
    '*',
  ],
];
const STARTS = [
  '',
  '',
  '',
  '/__runner',
  '/__runner/task/echo',
  '/__runner/task/',
  '/__runner/event/',
  'http://h/',
  'http://u@h:1/',
];

export function target(random: Chance): string {
  const path = pick(random, STARTS) + several(random, 7, () => pick(random, PIECES)).join('');
  const made = /^(\/|http)/.test(path) ? path : `/${path}`;
  return isMisread(made) ? target(random) : made;
}

/** Node 20 leaves dots behind a segment that begins with one (`/.a/./b`), which the URL standard takes away. */
function isMisread(made: string): boolean {
  try {
    return /\/\.{1,2}(\/|$)/.test(new URL(made, 'http://localhost').pathname);
  } catch {
    return false;
  }
}

const KEYS = [
  'a',
  'input',
  'payload',
  'returnPayload',
  '__type',
  '__graph',
  '__ref',
  'value',
  'root',
  'nodes',
  '$runner.escape::a',
];
const UNSAFE = ['__proto__', 'constructor', 'prototype', '_\\u005fproto__', '\\u005f_type', 'é', ''];
const LEAVES = [
  ...[
    '0',
    '-0',
    '1e400',
    '0.1',
    '12345678901234567890',
    'true',
    'false',
    'null',
    '""',
    '"a"',
    '"é\\u2028\\ud800"',
    '"\\n"',
  ],
  ...['{"__type":"Date","value":"2001-01-01T00:00:00.000Z"}', '{"__type":"Undefined","value":null}'],
  ...['{"__type":"Map","value":[["k",1]]}', '{"__type":"Set","value":[1]}', '{"__type":"Nothing","value":1}'],
  ...[
    '{"__type":"BigInt","value":"5"}',
    '{"__type":"RegExp","value":{"pattern":"a","flags":"g"}}',
    '{"__ref":"1"}',
  ],
];
/** What makes it no JSON, most of the time. */
const SLIPS = [',', '{', ']', '"', '\\', ' ', '\u00e9', 'NaN', '\t'];

function value(random: Chance, depth: number): string {
  const kind = depth > 4 ? 0 : random();
  if (kind < 0.4) return pick(random, LEAVES);
  if (kind < 0.6) return `[${several(random, 3, () => value(random, depth + 1)).join(',')}]`;
  const key = (): string => pick(random, random() < 0.85 ? KEYS : UNSAFE);
  return `{${several(random, 4, () => `"${key()}":${value(random, depth + 1)}`).join(',')}}`;
}

export function json(random: Chance): string {
  const text = value(random, 0);
  if (random() > 0.1) return text;
  const at = Math.floor(random() * text.length);
  return text.slice(0, at) + pick(random, SLIPS) + text.slice(at + (random() < 0.5 ? 1 : 0));
}
