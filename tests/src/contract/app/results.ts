import { task } from './tasks';

class Point {
  x = 1;
  y = 2;
}

function fixedError(): Error {
  const error = Object.assign(new Error('given back'), { code: 7, cause: 'the cause' });
  error.stack = 'Error: given back\n    at somewhere';
  return error;
}

function nested(depth: number): unknown {
  let value: unknown = 0;
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}

function circular(): unknown {
  const value: Record<string, unknown> = {};
  value.self = value;
  return value;
}

const shared = { a: 1 };

/** What a task can answer, by name. */
export const RESULTS: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  text: () => 'é\u2028"\ud800',
  date: () => new Date(0),
  regexp: () => /a+(b)/gi,
  map: () => new Map([['k', { a: 1 }]]),
  set: () => new Set<unknown>([1, 'a']),
  bigint: () => 1000n,
  nan: () => Number.NaN,
  infinity: () => Infinity,
  '-infinity': () => -Infinity,
  '-0': () => -0,
  buffer: () => Buffer.from([1, 2]),
  uint8: () => new Uint8Array([1, 2]),
  float64: () => new Float64Array([1]),
  arraybuffer: () => new Uint8Array([3]).buffer,
  dataview: () => new DataView(new Uint8Array([4]).buffer),
  error: fixedError,
  url: () => new URL('http://h/p?q=1'),
  params: () => new URLSearchParams('a=1&a=2'),
  symbolFor: () => Symbol.for('s'),
  symbolWellKnown: () => Symbol.iterator,
  members: () => ({ a: undefined, b: 1 }),
  // biome-ignore lint/suspicious/noSparseArray: holes are what it is about.
  holes: () => [1, , 2],
  instance: () => new Point(),
  promiseInside: () => ({ p: Promise.resolve(1), w: new WeakMap() }),
  webStream: () => new ReadableStream(),
  response: () => new Response('x'),
  blob: () => new Blob(['x']),
  asyncIterable: () => ({
    async *[Symbol.asyncIterator]() {
      yield 'x';
    },
  }),
  generator: () =>
    (async function* () {
      yield 'x';
    })(),
  boxed: () => Object('s'),
  markers: () => ({ __type: 'Date', __graph: true, '$runner.escape::x': 1, __ref: 'r' }),
  unsafeKeys: () => JSON.parse('{"__proto__":1,"constructor":2,"prototype":3,"a":4}'),
  sharedReference: () => [shared, shared],
  depth1000: () => nested(990),
  circular,
  functionMember: () => ({ f: () => 1 }),
  toJSON: () => ({ toJSON: () => 'never' }),
  uniqueSymbol: () => Symbol('unique'),
  invalidDate: () => new Date(Number.NaN),
  throwingGetter: () => ({
    get broken(): never {
      throw new Error('the getter broke');
    },
  }),
  depth1001: () => nested(1002),
  big: () => ({ text: 'x'.repeat(100_000) }),
  money: () => ({ kind: 'money', amount: 5 }),
};

export function giving() {
  return task('give', (name) => {
    const make = RESULTS[String(name)];
    if (make === undefined) throw new Error(`no result ${name}`);
    return make();
  });
}
