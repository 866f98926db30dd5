/** Forms that fail: by themselves, by their limits, and with clients that leave. */
import type { NodeExposureHttpConfig } from '@bluelibs/runner/node';
import { chunked, exchange } from '../../harness/request';
import type { Case, Expected, Table } from '../case';
import { BOUNDARY, file, form, manifest, opened, posted, sentinel } from '../form';
import { bytes } from '../observation';
import { AUTH, call, INTERNAL, refused, result } from '../requests';

const A = { a: sentinel('1') };
const INVALID = refused(400, 'INVALID_MULTIPART', 'Invalid multipart payload');
const INVALID_MANIFEST = refused(400, 'INVALID_MULTIPART', 'Invalid manifest');
const NO_MANIFEST = refused(400, 'MISSING_MANIFEST', 'Missing manifest');
const NO_PART = refused(500, 'MISSING_FILE_PART', 'Internal Error');
const BROKEN = refused(500, 'STREAM_ERROR', 'Internal Error');
const END = `--${BOUNDARY}--\r\n`;

function fails(
  does: string,
  body: string,
  gets: Expected,
  { task = 'form.settles', ...more }: Partial<Case> & { task?: string } = {},
): Case {
  return { rows: ['1.13/failures'], does, send: posted(task, body), gets, ...more };
}

function typed(does: string, type: string): Case {
  return fails(does, '', INVALID, {
    send: {
      target: '/__runner/task/form.settles',
      headers: { ...AUTH, 'Content-Type': type },
      body: form(manifest(1)),
    },
    seen: ['!form.settles'],
  });
}

const failures: Case[] = [
  typed('no boundary', 'multipart/form-data'),
  typed('a boundary without a value', 'multipart/form-data; boundary='),
  typed('another boundary', 'multipart/form-data; boundary=other'),
  typed('a malformed type', `multipart/form-data; boundary=${BOUNDARY};`),
  typed('another type that names it', `text/plain; x=multipart/form-data; boundary=${BOUNDARY}`),
  fails('no body', '', INVALID),
  fails('no boundary in it', 'just text', INVALID),
  fails('ends behind a boundary', `--${BOUNDARY}`, INVALID),
  fails('ends in a head', `--${BOUNDARY}\r\nContent-Disposition: form`, INVALID),
  fails('ends in a field', opened(manifest(1)), INVALID, { seen: ['!form.settles'] }),
  fails('ends behind the manifest', `${opened(manifest(1), { name: 'x' })}`, INVALID, {
    seen: ['form.settles'],
  }),
  fails('ends in a file', opened(manifest(A), file('1', 'x')), BROKEN, { seen: ['form.settles'] }),
  fails('ends in a file before the manifest', opened(file('1', 'x')), BROKEN),
  fails('ends in a file that is read', opened(manifest(A), file('1', 'x')), BROKEN, { task: 'form.begins' }),
  fails('a malformed head', `${opened(manifest(1))}\r\n--${BOUNDARY}\r\na b: c\r\n\r\n\r\n${END}`, INVALID),
  fails('an empty head', `${opened(manifest(1))}\r\n--${BOUNDARY}\r\n\r\nx\r\n${END}`, INVALID),
  fails(
    'a head too long',
    form(manifest(1), { disposition: `form-data; name=${'x'.repeat(20_000)}` }),
    INVALID,
  ),
  fails('an empty form', END, NO_MANIFEST),
  fails('no manifest', form({ name: 'x', bytes: '{}' }, file('1', 'x')), NO_MANIFEST),
  fails('a manifest that is a file', form({ ...manifest(1), filename: 'm.json' }), NO_MANIFEST),
  fails('a manifest of octets', form({ ...manifest(1), type: 'application/octet-stream' }), NO_MANIFEST),
  fails(
    'a manifest without form-data',
    form({ disposition: 'inline; name="__manifest"', bytes: '{}' }),
    NO_MANIFEST,
  ),
  ...['', 'null', '5', '"text"', 'false', '{"__type":"Undefined","value":null}'].map((text) =>
    fails(`a manifest ${JSON.stringify(text)}`, form({ name: '__manifest', bytes: text }), NO_MANIFEST),
  ),
  ...['{', 'x', '{"input":{"__type":"Nonsense","value":1}}'].map((text) =>
    fails(`a manifest ${text}`, form({ name: '__manifest', bytes: text }), INVALID_MANIFEST),
  ),
  fails('an unknown charset', form({ ...manifest(1), type: 'text/plain; charset=none' }), INVALID_MANIFEST),
  fails('a second manifest', form(manifest(1), manifest(2)), INVALID_MANIFEST, { seen: ['form.settles 1'] }),
  fails('a file without its part', form(manifest(A)), NO_PART, { seen: ['form.settles'] }),
  fails('a file that is a field', form(manifest(A), { name: 'file:1', bytes: 'x' }), NO_PART),
  fails('a file of another id', form(manifest(A), file('2', 'x')), NO_PART),
];

const finalize: Case[] = [
  {
    ...fails('overrides what the task threw', form(manifest(A)), NO_PART, {
      task: 'form.throws',
      seen: ['form.throws'],
    }),
    rows: ['1.13/finalize', 'Q12'],
  },
  {
    ...fails('a task that throws', form(manifest(1)), INTERNAL, {
      task: 'form.throws',
      logs: ['exposure.task.error'],
    }),
    rows: ['1.13/finalize'],
  },
  {
    rows: ['1.13/finalize', '1.13/failures', 'Q12'],
    does: 'the connection goes on behind a form that failed',
    send: [posted('form.settles', form(manifest(A))), posted('form.settles', END), call('echo', 1)],
    gets: [NO_PART, NO_MANIFEST, result('1')],
  },
];

const over = (what: string): Expected => refused(413, 'PAYLOAD_TOO_LARGE', `${what} limit exceeded`);
const within: Expected = result('"settled"');

type Limits = NonNullable<NonNullable<NodeExposureHttpConfig['limits']>['multipart']>;

function limited(limits: Limits, ...cases: [string, string, Expected][]): Table {
  return {
    name: `a form with ${JSON.stringify(limits)}`,
    setting: { http: () => ({ limits: { multipart: limits } }) },
    cases: cases.map(([does, body, gets]) => ({
      rows: ['1.13/limits', 'Q12'],
      does,
      send: posted('form.settles', body),
      gets,
    })),
  };
}

const M = { name: '__manifest', bytes: '{}' };
const F = { name: 'x', bytes: 'y' };

const limits: Table[] = [
  limited(
    { fileSize: 4 },
    ['3 bytes', form(manifest(A), file('1', 'xxx')), within],
    ['4 bytes', form(manifest(A), file('1', 'xxxx')), over('File size')],
    ['4 bytes before the manifest', form(file('1', 'xxxx'), manifest(A)), over('File size')],
    ['4 bytes of no file', form(M, { name: 'photo', filename: 'p', bytes: 'xxxx' }), within],
    ['fields are bounded by 1 MiB', form(M, { name: 'x', bytes: 'y'.repeat(1024 * 1024 - 1) }), within],
    ['and not more', form(M, { name: 'x', bytes: 'y'.repeat(1024 * 1024) }), over('Field')],
  ),
  limited(
    { files: 2 },
    ['two', form(manifest(1), file('1', ''), file('2', '')), within],
    ['three', form(manifest(1), file('1', ''), file('2', ''), file('3', '')), over('Files')],
    [
      'three of other names',
      form(M, { name: 'a', filename: 'a' }, { name: 'b', filename: 'b' }, file('3', '')),
      over('Files'),
    ],
    ['three in the manifest', form(manifest(['1', '2', '3'].map((id) => sentinel(id)))), over('Files')],
    [
      'two in the manifest, and another',
      form(manifest(['1', '2'].map((id) => sentinel(id))), file('3', '')),
      over('Files'),
    ],
  ),
  limited(
    { fields: 2 },
    ['two', form(M, F), within],
    ['three', form(M, F, F), over('Fields')],
    ['three, the manifest last', form(F, F, M), over('Fields')],
  ),
  limited(
    { fieldSize: 10 },
    ['9 bytes', form({ ...M, bytes: '{"inp":1}' }), within],
    ['10 bytes', form({ ...M, bytes: '{"inpu":1}' }), over('Field')],
    ['another of 10 bytes', form(M, { name: 'x', bytes: '0123456789' }), over('Field')],
  ),
  limited(
    { parts: 2 },
    ['one', form(M), within],
    ['two', form(M, F), over('Parts')],
    ['three', form(M, F, F), over('Parts')],
  ),
  limited(
    {},
    ['many files', form(M, ...Array(20).fill(file('1', 'x'))), within],
    ['many fields', form(M, ...Array(200).fill(F)), within],
  ),
  {
    name: 'a form with the default limits',
    cases: [
      ['ten files', form(M, ...Array.from({ length: 10 }, (_, at) => file(`${at}`, 'x'))), within],
      ['eleven files', form(M, ...Array.from({ length: 11 }, (_, at) => file(`${at}`, 'x'))), over('Files')],
      ['a hundred fields', form(M, ...Array(99).fill(F)), within],
      ['more fields', form(M, ...Array(100).fill(F)), over('Fields')],
    ].map(([does, body, gets]) => ({
      rows: ['1.13/limits'],
      does: does as string,
      send: posted('form.settles', body as string),
      gets: gets as Expected,
    })),
  },
];

/** D7: the stock server waits for a reader that never comes. */
const LARGE = 'x'.repeat(300_000);

const unread: Case[] = [
  {
    rows: ['D7'],
    does: 'a small file that nobody reads',
    send: posted('form.settles', form(manifest(A), file('1', 'x'.repeat(10_000)))),
    gets: result('"settled"'),
  },
  {
    rows: ['D7'],
    does: 'a large file that nobody reads',
    send: posted('form.settles', form(manifest(A), file('1', LARGE))),
    together: true,
    gets: { status: 'silence' },
    seen: ['form.settles'],
    differs: { by: 'D7', ours: { gets: result('"settled"'), seen: ['form.settles'] } },
  },
  {
    rows: ['D7'],
    does: 'a large file before the manifest',
    send: posted('form.settles', form(file('1', LARGE), manifest(A))),
    together: true,
    gets: { status: 'silence' },
    differs: { by: 'D7', ours: { gets: result('"settled"'), seen: ['form.settles'] } },
  },
  {
    rows: ['D7'],
    does: 'files that are read in another order',
    send: posted(
      'form.read',
      form(manifest({ b: sentinel('2'), a: sentinel('1') }), file('1', LARGE), file('2', 'the second')),
    ),
    together: true,
    gets: { status: 'silence' },
    seen: ['form.read begins'],
    differs: { by: 'D7', ours: { gets: { status: 200 }, seen: ['form.read begins', 'form.read '] } },
  },
];

/** Of which one more than allowed comes while they are read. */
const reading: Case[] = [
  {
    rows: ['D7', '1.13/limits'],
    does: 'a limit that is passed while the task reads',
    send: [],
    together: true,
    async talk(connection, { side, read }) {
      connection.write(bytes(posted('form.begins', undefined, { 'Transfer-Encoding': 'chunked' })));
      const whole = form(manifest(A), file('1', 'xxxx'));
      const cut = whole.indexOf('xxxx') + 1;
      const [first = '', second = ''] = [whole.slice(0, cut), whole.slice(cut)].map((text) =>
        chunked(text).toString('latin1'),
      );
      connection.write(first.slice(0, -'0\r\n\r\n'.length));
      await side.notes.noted('has begun to read');
      connection.write(second);
      await read();
    },
    gets: over('File size'),
    seen: ['has begun to read'],
  },
  {
    rows: ['D7', '1.13/limits'],
    does: 'a limit that is passed before the task reads',
    send: posted('form.begins', form(manifest(A), file('1', 'xxxx'))),
    together: true,
    gets: { status: 'silence' },
    seen: ['form.begins'],
    differs: { by: 'D7', ours: { gets: over('File size'), seen: ['form.begins'] } },
  },
];

const leaving: Case[] = [
  {
    rows: ['1.10/destroyed', '1.13/failures'],
    does: 'leaves inside a file',
    send: [],
    async talk(connection, { side, took }) {
      connection.write(bytes(posted('form.leaves', undefined, { 'Content-Length': '100000' })));
      connection.write(opened(manifest(A), file('1', 'some of it')));
      await side.notes.noted('begins to read');
      connection.leave();
      await side.notes.noted('aborted');
      await side.notes.noted('hears of it');
      took({ status: 'nothing', line: '', headers: {}, body: '' });
    },
    gets: { status: 'nothing' },
    after: 'left',
    seen: ['begins to read', 'aborted', 'hears of it'],
  },
  {
    rows: ['1.10/body', '1.13/failures'],
    does: 'leaves before the manifest is complete',
    send: [],
    async talk(connection, { side, took }) {
      connection.write(bytes(posted('form.settles', undefined, { 'Content-Length': '100000' })));
      connection.write(opened(manifest(1)).slice(0, -1));
      await exchange(side.port, call('echo', 1));
      connection.leave();
      await exchange(side.port, call('echo', 2));
      took({ status: 'nothing', line: '', headers: {}, body: '' });
    },
    gets: { status: 'nothing' },
    after: 'left',
    seen: ['!form.settles'],
  },
];

export const formFailures: Table[] = [
  { name: 'forms that fail', cases: failures },
  { name: 'the end of forms', cases: finalize },
  ...limits,
  { name: 'files that nobody reads', cases: unread },
  {
    name: 'limits inside a file',
    setting: { http: () => ({ limits: { multipart: { fileSize: 4 } } }) },
    cases: reading,
  },
  { name: 'clients that leave inside a form', cases: leaving },
];
