import { globals, r, Serializer } from '@bluelibs/runner/node';
import type { Case, Table } from '../case';
import type { Note } from '../notes';
import { body, call, emit, INTERNAL, INVALID_JSON, result, UNDEFINED } from '../requests';

/** A result by its name, as it stands in the body. */
function gives(name: string, text: string, rows = '1.8/values'): Case {
  return { rows: rows.split(' '), does: name, send: call('give', name), gets: result(text) };
}

function fails(name: string): Case {
  return {
    rows: ['1.8/unserialisable'],
    does: name,
    send: call('give', name),
    gets: INTERNAL,
    logs: ['exposure.task.error'],
  };
}

const typed = (type: string, value: string): string => `{"__type":"${type}","value":${value}}`;

const values: Case[] = [
  gives('undefined', UNDEFINED),
  gives('null', 'null'),
  gives('true', 'true'),
  gives('text', '"é\u2028\\"\\ud800"'),
  gives('date', typed('Date', '"1970-01-01T00:00:00.000Z"')),
  gives('regexp', typed('RegExp', '{"pattern":"a+(b)","flags":"gi"}')),
  gives('map', typed('Map', '[["k",{"a":1}]]')),
  gives('set', typed('Set', '[1,"a"]')),
  gives('bigint', typed('BigInt', '"1000"')),
  gives('nan', typed('NonFiniteNumber', '"NaN"')),
  gives('infinity', typed('NonFiniteNumber', '"Infinity"')),
  gives('-infinity', typed('NonFiniteNumber', '"-Infinity"')),
  gives('-0', '0'),
  gives('buffer', typed('Buffer', '[1,2]')),
  gives('uint8', typed('Uint8Array', '[1,2]')),
  gives('float64', typed('Float64Array', '[0,0,0,0,0,0,240,63]')),
  gives('arraybuffer', typed('ArrayBuffer', '[3]')),
  gives('dataview', typed('DataView', '[4]')),
  gives('url', typed('URL', '"http://h/p?q=1"')),
  gives('params', typed('URLSearchParams', '"a=1&a=2"')),
  gives('symbolFor', typed('Symbol', '{"kind":"For","key":"s"}')),
  gives('symbolWellKnown', typed('Symbol', '{"kind":"WellKnown","key":"iterator"}')),
  gives('members', `{"a":${UNDEFINED},"b":1}`),
  gives('holes', `[1,${UNDEFINED},2]`),
  gives('instance', '{"x":1,"y":2}'),
  gives('promiseInside', '{"p":{},"w":{}}'),
  gives('webStream', '{}', '1.8/values 1.8/no-streams'),
  gives('response', '{}', '1.8/values 1.8/no-streams'),
  gives('blob', '{}', '1.8/no-streams'),
  gives('asyncIterable', '{}', '1.8/no-streams'),
  gives('generator', '{}', '1.8/no-streams'),
  gives('boxed', '{"0":"s"}'),
  gives(
    'markers',
    '{"$runner.escape::__type":"Date","$runner.escape::__graph":true,"$runner.escape::$runner.escape::x":1,"__ref":"r"}',
    '1.8/escapes',
  ),
  gives('unsafeKeys', '{"a":4}', '1.8/escapes'),
  gives('sharedReference', '[{"a":1},{"a":1}]'),
  gives('money', '{"kind":"money","amount":5}'),
  gives(
    'error',
    typed(
      'Error',
      '{"name":"Error","message":"given back","customFields":{"code":7},"stack":"Error: given back\\n    at somewhere","cause":"the cause"}',
    ),
    '1.8/error D14',
  ),
  {
    rows: ['1.8/values'],
    does: 'a nesting of 990',
    send: call('give', 'depth1000'),
    gets: { status: 200 },
  },
  {
    rows: ['1.8/success', 'Q1'],
    does: 'the headers of a success',
    send: call('give', 'big'),
    gets: {
      status: 200,
      reason: 'OK',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'content-length': '100032',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'access-control-allow-origin': '*',
        'transfer-encoding': null,
      },
    },
  },
  {
    rows: ['1.8/success'],
    does: 'the length is that of the bytes',
    send: body('"\u00e9\u20ac\u{1f600}"'),
    gets: { ...result('"é€😀"'), headers: { 'content-length': '32' } },
  },
];

const unserialisable = [
  'circular',
  'functionMember',
  'toJSON',
  'uniqueSymbol',
  'invalidDate',
  'throwingGetter',
  'depth1001',
].map(fails);

const money = {
  id: 'Money',
  is: (value: unknown): value is { amount: number } => (value as { kind?: unknown } | null)?.kind === 'money',
  serialize: ({ amount }: { amount: number }) => `${amount} EUR`,
  deserialize: (text: string) => ({ kind: 'money', amount: Number.parseInt(text, 10), back: true }),
  strategy: 'value' as const,
};

/** Adds a type to the app's serializer. */
const extended = () => [
  r
    .resource('contract.money')
    .dependencies({ serializer: globals.resources.serializer })
    .init(async (_config, { serializer }) => {
      (serializer as Serializer).addType(money as never);
    })
    .build(),
];

/** Another serializer in its place, which marks what it writes. */
function replaced(note: Note) {
  const real = new Serializer();
  const marked = {
    stringify(value: unknown) {
      note('stringify', value);
      return `${real.stringify(value)} `;
    },
    parse(text: string) {
      note('parse', text);
      if (text === 'magic') return { input: 'from magic' };
      return real.parse(text);
    },
  };
  return r.override(globals.resources.serializer, (async () => marked) as never);
}

export const results: Table[] = [
  { name: 'results', cases: [...values, ...unserialisable] },
  {
    name: 'a serializer with another type',
    setting: { extra: extended },
    cases: [
      {
        rows: ['1.8/serializer', 'Q14'],
        does: 'writes it',
        send: call('give', 'money'),
        gets: result(typed('Money', '"5 EUR"')),
      },
      {
        rows: ['1.8/serializer', 'Q14'],
        does: 'reads it',
        send: body(`{"input":${typed('Money', '"7 EUR"')}}`),
        gets: result(typed('Money', '"7 EUR"')),
        seen: ["echo { input: { kind: 'money', amount: 7, back: true } }"],
      },
      {
        rows: ['1.8/serializer'],
        does: 'writes it in payloads of events',
        send: emit('happened', '{"payload":{"kind":"money","amount":1},"returnPayload":true}'),
        gets: result(typed('Money', '"1 EUR"')),
      },
    ],
  },
  {
    name: 'another serializer',
    setting: { overrides: (note) => [replaced(note)] },
    cases: [
      {
        rows: ['1.8/serializer', 'Q14'],
        does: 'reads and writes calls',
        send: [body('magic'), call('fail', 'conflict')],
        gets: [{ status: 200, body: '{"ok":true,"result":"from magic"} ' }, { status: 409 }],
        logs: ['exposure.task.error'],
        seen: ["parse 'magic'", 'stringify { ok: true,', 'stringify { ok: false,'],
      },
      {
        rows: ['1.8/serializer', 'Q14'],
        does: 'is asked for every refusal',
        send: [{ target: '/__runner/task/echo' }, { target: '/__runner/foo' }],
        gets: [
          { status: 401, body: '{"ok":false,"error":{"message":"Unauthorized","code":"UNAUTHORIZED"}} ' },
          { status: 404, body: '{"ok":false,"error":{"message":"Not Found","code":"NOT_FOUND"}} ' },
        ],
        logs: ['exposure.auth.failure'],
        seen: ['stringify { ok: false,'],
        differs: {
          by: 'parser: the front refuses in words that the serializer wrote once, at the start',
          ours: {
            gets: [
              { status: 401, body: '{"ok":false,"error":{"message":"Unauthorized","code":"UNAUTHORIZED"}} ' },
              { status: 404, body: '{"ok":false,"error":{"message":"Not Found","code":"NOT_FOUND"}} ' },
            ],
            logs: ['exposure.auth.failure'],
            seen: ['!stringify'],
          },
        },
      },
      {
        rows: ['1.8/serializer', 'Q14'],
        does: 'reads contexts and refuses what it does not read',
        send: [call('contexts', null, { 'x-runner-context': '{"ctx.tenant":"1"}' }), body('{')],
        gets: [{ status: 200 }, { status: 400, body: `${INVALID_JSON.body} ` }],
        seen: ['parse \'{"ctx.tenant":"1"}\''],
      },
      {
        rows: ['Q14', '1.1/outside'],
        does: 'but not what is outside',
        send: { target: '/other' },
        gets: { status: 404, body: '{"ok":false,"error":{"message":"Not Found","code":"NOT_FOUND"}}' },
        seen: ['!stringify'],
      },
    ],
  },
];
