/** Forms with files: what a task gets of them. */
import { exchange } from '../../harness/request';
import type { Case, Table } from '../case';
import { BOUNDARY, file, form, manifest, type Part, part, posted, sentinel } from '../form';
import { bytes } from '../observation';
import { AUTH, INVALID_JSON, result, UNAUTHORIZED, UNDEFINED } from '../requests';

const A = { a: sentinel('1') };
const DATE = { $date: { __type: 'Date', value: '2001-01-02T03:04:05.000Z' } };

function sends(rows: string, does: string, id: string, parts: Part[], more: Partial<Case> = {}): Case {
  return { rows: rows.split(' '), does, send: posted(id, form(...parts)), gets: { status: 200 }, ...more };
}

const inputs: Case[] = [
  sends('1.13/manifest', 'plain values', 'form.input', [manifest({ a: [1, 'b', null, { c: true }] })], {
    gets: result('{"a":[1,"b",null,{"c":true}]}'),
  }),
  ...['{}', '[]', '{"other":1}', '{"input":{"__type":"Undefined","value":null}}'].map((text) =>
    sends('1.13/manifest', `a manifest ${text}`, 'form.input', [{ name: '__manifest', bytes: text }], {
      gets: result(UNDEFINED),
    }),
  ),
  ...['5', '"text"', 'null', 'true', '[1,2]'].map((text) =>
    sends(
      '1.13/manifest',
      `an input ${text}`,
      'form.input',
      [{ name: '__manifest', bytes: `{"input":${text}}` }],
      {
        gets: result(text),
      },
    ),
  ),
  sends(
    '1.13/manifest Q12',
    'a file after the manifest',
    'form.read',
    [manifest(A), file('1', 'its bytes')],
    {
      gets: result('{"a":"its bytes"}'),
    },
  ),
  sends(
    '1.13/manifest Q12',
    'a file before the manifest',
    'form.read',
    [file('1', 'its bytes'), manifest(A)],
    {
      gets: result('{"a":"its bytes"}'),
    },
  ),
  sends(
    '1.13/manifest',
    'several files in another order',
    'form.read',
    [
      file('2', 'two'),
      manifest({ a: sentinel('1'), b: sentinel('2'), c: sentinel('') }),
      file('', ''),
      file('1', 'one'),
    ],
    { gets: result('{"a":"one","b":"two","c":""}') },
  ),
  sends(
    '1.13/manifest',
    'fields and files of other names',
    'form.read',
    [
      { name: 'x', bytes: '1' },
      manifest(A),
      file('9', 'extra'),
      { name: 'photo', filename: 'b', bytes: 'x' },
      file('1', 'one'),
    ],
    { gets: result('{"a":"one"}') },
  ),
  sends('1.13/manifest', 'bytes that look like boundaries', 'form.read', [
    manifest(A),
    file('1', `\r\n--\r\n--a\r--${BOUNDARY}\n--${BOUNDARY}\r\r\n\r\n`),
  ]),
  sends('1.13/manifest', 'a file deep inside', 'form.input', [
    manifest({ a: [{ b: sentinel('1') }] }),
    file('1', 'x'),
  ]),
  sends('D6', 'typed values', 'form.input', [manifest(DATE)], {
    gets: result('{"$date":{}}'),
    differs: {
      by: 'D6',
      ours: { gets: result('{"$date":{"__type":"Date","value":"2001-01-02T03:04:05.000Z"}}') },
    },
  }),
  sends('1.13/manifest', 'a preamble and an epilogue', 'form.input', [], {
    send: posted('form.input', `before\r\n${form(manifest(1))}after\r\n--${BOUNDARY}\r\n`),
    gets: result('1'),
  }),
  sends('1.13/manifest', 'a manifest in latin1', 'form.input', [
    { ...manifest('é'), type: 'text/plain; charset=ISO-8859-1' },
  ]),
  sends('1.13/manifest', 'a manifest in UTF-8', 'form.input', [manifest('é')], {
    gets: result('"é"'),
  }),
  sends('1.13/manifest 1.7/multipart', 'a quoted boundary, in odd case', 'form.input', [], {
    send: posted('form.input', form(manifest(1)), {
      'content-TYPE': `Multipart/FORM-data; Boundary="${BOUNDARY}"`,
    }),
    gets: result('1'),
  }),
];

const metadata: Case[] = [
  ...[
    {},
    { name: 'm.txt' },
    { type: 'text/x' },
    { name: 'm.txt', type: 'text/x', size: 5, lastModified: 7, extra: { a: 1 }, other: 1 },
    { size: 0, extra: null },
  ].flatMap((meta, at) => {
    const whole = manifest({ a: sentinel('1', meta) });
    const one = file('1', 'x', { type: 'Image/PNG; q=1' });
    return [
      sends('1.13/metadata Q12', `meta ${at} before its file`, 'form.read', [whole, one]),
      sends('1.13/metadata', `meta ${at} after its file`, 'form.read', [one, whole]),
    ];
  }),
  ...[
    'filename="../../a/b.txt"',
    'filename="C:\\\\fake\\\\b.txt"',
    'filename="a\\"b.txt"',
    'filename="é.txt"',
    "filename*=UTF-8''%C3%A9.txt",
    "filename=a.txt; filename*=utf-8'en'b.txt",
    'filename=token',
    'filename="/"',
    'FILENAME="a;b.txt"; x=y',
  ].map((filename) =>
    sends('1.13/metadata', filename, 'form.read', [
      manifest(A),
      { disposition: `form-data; name="file:1"; ${filename}`, bytes: 'x' },
    ]),
  ),
  sends('1.13/metadata', 'octets without a name', 'form.read', [
    manifest(A),
    { name: 'file:1', type: 'application/octet-stream', bytes: 'x' },
  ]),
  sends('1.13/metadata', 'a folded header and others', 'form.read', [
    manifest(A),
    { disposition: 'form-data;\r\n name="file:1";\r\n\tfilename=x\r\nX-Other: y', bytes: 'x' },
  ]),
];

const files: Case[] = [
  sends('1.13/input-file', 'reads it twice', 'form.twice', [manifest(A), file('1', 'once')], {
    gets: result('"once"'),
    seen: ["the second time { name: 'runner.errors.node.files.inputFileConsumed'"],
  }),
  sends(
    '1.13/input-file',
    'a temporary file',
    'form.temp',
    [manifest({ a: sentinel('1', { name: '../b \u00e9/ä.txt' }) }), file('1', 'to the disk')],
    { gets: { status: 200 } },
  ),
  sends('1.13/input-file', 'one id twice', 'form.same', [
    manifest({ a: sentinel('1'), b: sentinel('1') }),
    file('1', 'x'),
  ]),
  sends(
    '1.13/input-file',
    'two parts of one id',
    'form.read',
    [file('1', 'one, '), file('1', 'two'), manifest(A)],
    {
      gets: result('{"a":"one, two"}'),
    },
  ),
];

const early: Case[] = [
  {
    rows: ['1.13/started-early', 'Q12'],
    does: 'the task starts at the manifest, and reads while the file comes',
    send: [],
    async talk(connection, { side, read }) {
      const whole = form(manifest(A), file('1', `begins, ends`));
      const cut = whole.indexOf(', ends');
      connection.write(bytes(posted('form.begins', undefined, { 'Content-Length': String(whole.length) })));
      connection.write(whole.slice(0, whole.indexOf('\r\nContent-Disposition: form-data; name="file:1"')));
      await side.notes.noted('form.begins');
      connection.write(whole.slice(whole.indexOf('\r\nContent-Disposition: form-data; name="file:1"'), cut));
      await side.notes.noted('has begun to read');
      connection.write(whole.slice(cut));
      await read();
    },
    gets: result('"read"'),
    seen: ["form.begins { a: { file: { name: 'upload'", "has read 'all'"],
  },
  {
    rows: ['1.13/finalize', 'Q12'],
    does: 'the answer waits for the end of the form',
    send: [],
    async talk(connection, { side, read }) {
      const whole = form(manifest(1), { name: 'more', bytes: 'x' });
      connection.write(bytes(posted('form.settles', undefined, { 'Content-Length': String(whole.length) })));
      connection.write(whole.slice(0, -5));
      await side.notes.noted('form.settles');
      connection.write(whole.slice(-5));
      await read();
    },
    gets: result('"settled"'),
  },
  {
    rows: ['1.13/metadata'],
    does: 'metadata of a part that comes while the task waits',
    send: [],
    async talk(connection, { side, read }) {
      const whole = form(manifest(A), file('1', 'x', { type: 'text/x' }));
      const cut = whole.indexOf('\r\nContent-Disposition: form-data; name="file:1"');
      connection.write(bytes(posted('form.gate', undefined, { 'Content-Length': String(whole.length) })));
      connection.write(whole.slice(0, cut));
      await side.notes.noted('form.gate waits');
      connection.write(whole.slice(cut));
      // Another exchange lies between: the part has been read.
      const other = form(manifest(2));
      await exchange(side.port, posted('form.input', other));
      side.parts.gate.open();
      await read();
    },
    gets: result(
      '{"a":{"file":{"name":"a.txt","type":"text/x","size":{"__type":"Undefined","value":null},"lastModified":{"__type":"Undefined","value":null},"extra":{"__type":"Undefined","value":null}}}}',
    ),
  },
  sends('1.13/manifest', 'the request beside a form', 'form.request', [manifest(1)], {
    gets: result('null'),
    seen: ["request { type: 'multipart/form-data'"],
  }),
  {
    rows: ['1.13/manifest', 'Q2'],
    does: 'refusals come before the form',
    send: [
      { ...posted('form.input', form(manifest(1))), headers: { 'Content-Type': 'multipart/form-data' } },
      posted('hidden', form(manifest(1))),
      posted('form.input', form(manifest(1))),
    ],
    gets: [UNAUTHORIZED, { status: 403 }, result('1')],
    logs: ['exposure.auth.failure'],
  },
  {
    rows: ['1.7/content-type', '1.13/failures'],
    does: 'other kinds of multipart are JSON',
    send: {
      ...posted('echo', part(manifest(1))),
      headers: { ...AUTH, 'Content-Type': 'multipart/mixed; boundary=a' },
    },
    gets: INVALID_JSON,
  },
];

export const forms: Table[] = [
  { name: 'inputs of forms', cases: inputs },
  { name: 'metadata of files', cases: metadata },
  { name: 'files of forms', cases: files },
  { name: 'forms that come bit by bit', cases: early },
];
