import { gzipSync } from 'node:zlib';
import { chunked } from '../../harness/request';
import type { Case, Expected, Table } from '../case';
import { body, call, INVALID_JSON, result, to, UNDEFINED } from '../requests';

/** A body, and the input that the task gets for it. */
function input(
  rows: string,
  sent: string | Buffer,
  seen: string,
  gets: Expected,
  more: Partial<Case> = {},
): Case {
  const text = sent.toString();
  return {
    rows: rows.split(' '),
    does: text.length > 60 ? `${text.slice(0, 57)}...` : text,
    send: body(sent),
    gets,
    seen: [`echo { input: ${seen}`],
    ...more,
  };
}

function invalid(rows: string, sent: string | Buffer, does = sent.toString()): Case {
  return { rows: rows.split(' '), does, send: body(sent), gets: INVALID_JSON, seen: ['!echo'] };
}

const same = (rows: string, sent: string, seen: string): Case => input(rows, sent, seen, result(sent));

const inputs: Case[] = [
  { ...input('1.7/empty', '', 'undefined', result(UNDEFINED)), does: 'an empty body' },
  {
    ...input('1.7/empty', '', 'undefined', result(UNDEFINED)),
    does: 'no length',
    send: { ...call('echo'), body: undefined as never },
  },
  input('1.7/empty', '', 'undefined', result(UNDEFINED), {
    does: 'an empty body in chunks',
    send: to('/__runner/task/echo', { headers: { 'Transfer-Encoding': 'chunked' }, body: chunked() }),
  }),
  same('1.7/scalar Q4', '5', '5'),
  same('1.7/scalar', '"s"', "'s'"),
  same('1.7/scalar', 'null', 'null'),
  same('1.7/scalar', 'true', 'true'),
  same('1.7/scalar', 'false', 'false'),
  same('1.7/array Q4', '[{"input":1}]', '[ { input: 1 } ]'),
  input('1.7/input Q4', '{"input":{"a":1},"other":2}', '{ a: 1 }', result('{"a":1}')),
  input('1.7/input Q4', '{"input":null}', 'null', result('null')),
  input('1.7/input', '{"input":0}', '0', result('0')),
  input('1.7/input', `{"input":${UNDEFINED}}`, 'undefined', result(UNDEFINED)),
  input('1.7/input', '{"i\\u006eput":1}', '1', result('1')),
  input('1.7/input', ' \r\n\t{ "input" : 1 } \n', '1', result('1')),
  same('1.7/no-input Q4', '{}', '{}'),
  same('1.7/no-input', '{"a":{"input":1}}', '{ a: { input: 1 } }'),
  input('1.7/typed-root', '{"__type":"Date","value":"1970-01-01T00:00:00.000Z"}', '1970-01-01', {
    status: 200,
    body: '{"ok":true,"result":{"__type":"Date","value":"1970-01-01T00:00:00.000Z"}}',
  }),
  same('1.7/typed-root', '{"__type":"Map","value":[["input",1]]}', "Map(1) { 'input' => 1 }"),
  input('1.7/typed-root', '{"_\\u005ftype":"Date","value":"1970-01-01T00:00:00.000Z"}', '1970', {
    status: 200,
  }),
  same('1.7/typed', '{"a":{"__type":"Set","value":[1]}}', '{ a: Set(1) { 1 } }'),
  same('1.7/typed', '[{"__type":"BigInt","value":"12345678901234567890"}]', '[ 12345678901234567890n ]'),
  same('1.7/typed', '[{"__type":"NonFiniteNumber","value":"NaN"}]', '[ NaN ]'),
  input('1.7/typed', '{"__type":"RegExp","value":{"pattern":"a+","flags":"g"}}', '/a+/g', { status: 200 }),
  input('1.7/typed', '{"__type":"Uint8Array","value":[1,2]}', 'Uint8Array(2) [ 1, 2 ]', { status: 200 }),
  input('1.7/typed', '{"$runner.escape::__type":"Date","value":1}', "{ __type: 'Date', value: 1 }", {
    status: 200,
  }),
  input(
    '1.7/graph',
    '{"__graph":true,"version":9,"root":{"__ref":"1"},"nodes":{"1":{"kind":"object","value":{"input":{"__ref":"2"}}},"2":{"kind":"array","value":[7]}}}',
    '[ 7 ]',
    result('[7]'),
  ),
  input(
    '1.7/graph',
    '{"__graph":true,"version":1,"root":{"__ref":"1"},"nodes":{"1":{"kind":"object","value":{"self":{"__ref":"1"}}}}}',
    '<ref *1> { self: [Circular *1] }',
    { status: 500 },
    { logs: ['exposure.task.error'] },
  ),
  input(
    '1.7/lossy',
    Buffer.from([0x22, 0xff, 0xe2, 0x82, 0x41, 0xf0, 0x9f, 0x98, 0x22]),
    "'\ufffd\ufffdA\ufffd'",
    {
      status: 200,
      body: '{"ok":true,"result":"\ufffd\ufffdA\ufffd"}',
    },
  ),
  input('1.7/lossy', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0xc0, 0xaf, 0x22]), `'${'\ufffd'.repeat(5)}'`, {
    status: 200,
  }),
  input('1.7/duplicate-keys', '{"a":1,"b":2,"a":3}', '{ a: 3, b: 2 }', result('{"a":3,"b":2}')),
  input('1.7/duplicate-keys', '{"input":1,"input":2}', '2', result('2')),
  input(
    '1.7/unsafe-keys',
    '{"a":{"__proto__":{"x":1},"constructor":1,"prototype":2,"b":3}}',
    '{ a: { b: 3 } }',
    result('{"a":{"b":3}}'),
  ),
  input('1.7/unsafe-keys', '{"__proto__":{"input":5}}', '{}', result('{}')),
  input('1.7/unsafe-keys', '{"\\u005f_proto__":1,"c":2}', '{ c: 2 }', result('{"c":2}')),
  input('1.7/numbers', '[1e400,-1e400]', '[ Infinity, -Infinity ]', { status: 200 }),
  input('1.7/numbers', '[-0]', '[ -0 ]', result('[0]')),
  input(
    '1.7/numbers',
    '[12345678901234567890,0.1,1E2,5e-324]',
    '[ 12345678901234567000, 0.1, 100, 5e-324 ]',
    {
      status: 200,
    },
  ),
  input('1.7/text', '"\\ud800\\u0000\\n\u{1f600}"', "'\\ud800\\x00\\n😀'", { status: 200 }),
  {
    rows: ['1.7/depth'],
    does: 'a depth of 1000',
    send: to('/__runner/task/depth', { body: `${'['.repeat(1000)}1${']'.repeat(1000)}` }),
    gets: result('1000'),
  },
];

const refusedBodies: Case[] = [
  ...[
    '{',
    '{{{',
    '[1,]',
    "{'a':1}",
    '1 2',
    '{}x',
    'NaN',
    'undefined',
    ' ',
    '\n',
    '01',
    '"a\nb"',
    '{"a":1,}',
  ].map((text) => invalid('1.7/invalid Q1', text)),
  invalid('1.7/invalid', Buffer.from([0xef, 0xbb, 0xbf, 0x31]), 'a byte order mark'),
  invalid('1.7/invalid', Buffer.from('{"input":1}', 'utf16le'), 'UTF-16'),
  invalid('1.7/invalid', gzipSync('{"input":1}'), 'gzip'),
  invalid('1.7/invalid', '{"__type":"Unknown","value":1}'),
  invalid('1.7/invalid', '{"a":{"__type":"RegExp","value":{"pattern":"(a+)+","flags":""}}}'),
  invalid('1.7/invalid', '{"__type":"RegExp","value":{"pattern":"(","flags":""}}'),
  invalid('1.7/invalid', '{"__type":"URL","value":"no url"}'),
  invalid('1.7/invalid', '{"__type":"Set","value":1}'),
  invalid('1.7/invalid', '{"__graph":true,"root":{"__ref":"1"},"nodes":{}}'),
  invalid('1.7/depth', `${'['.repeat(1001)}1${']'.repeat(1001)}`, 'a depth of 1001'),
];

const types: Case[] = [
  'application/json',
  'application/json; charset=utf-16',
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/cbor',
  'application/octet-stream ;x',
  'application/octet-streams',
  'multipart/mixed; boundary=x',
  '',
].map((type) => ({
  rows: ['1.7/content-type', 'Q5'],
  does: `is JSON: ${JSON.stringify(type)}`,
  send: body('{"input":1}', { 'Content-Type': type }),
  gets: result('1'),
}));

const coding: Case = {
  rows: ['1.7/content-type', 'Q5'],
  does: 'Content-Encoding is ignored',
  send: body('{"input":1}', { 'Content-Encoding': 'gzip' }),
  gets: result('1'),
};

export const json: Table[] = [
  { name: 'JSON: inputs', cases: inputs },
  { name: 'JSON: refused', cases: refusedBodies },
  { name: 'JSON: content types', cases: [...types, coding] },
];
