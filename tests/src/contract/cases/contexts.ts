/** The exposure context, and the contexts that a header brings. */

import { RawConnection } from '../../harness/raw';
import type { Tunnel } from '../app';
import type { Case, Table } from '../case';
import { bytes } from '../observation';
import { AUTH, call, emit, INTERNAL, result } from '../requests';

const NULL = result('null');
const NONE = "'(runner.errors.context)'";

/** A call with this `x-runner-context`, and what the task then reads. */
function brings(rows: string, header: string, reads: string, more: Partial<Case> = {}): Case {
  return {
    rows: rows.split(' '),
    does: header,
    send: call('contexts', null, { 'x-runner-context': header }),
    gets: NULL,
    seen: [`contexts { ${reads}`],
    ...more,
  };
}

const none = `'ctx.tenant': ${NONE}, 'ctx.strict': ${NONE}, 'ctx.picky': ${NONE}, 'ctx.late': ${NONE}`;
const json = (map: unknown): string => JSON.stringify(map);

const headers: Case[] = [
  brings('1.11/context-header', json({ 'ctx.tenant': '"a"' }), "'ctx.tenant': 'a'"),
  brings(
    '1.11/context-header',
    json({ 'ctx.tenant': '{"__type":"Date","value":"1970-01-01T00:00:00.000Z"}' }),
    "'ctx.tenant': 1970-01-01T00:00:00.000Z",
  ),
  brings(
    '1.11/context-order',
    json({ 'ctx.late': '1', 'ctx.strict': '{"n":1}', 'ctx.tenant': '2', 'ctx.picky': 'picky:x' }),
    "'ctx.tenant': 2, 'ctx.strict': { n: 1 }, 'ctx.picky': 'x', 'ctx.late': 1, exposure: true",
    { seen: ['ctx.late provides 1', 'ctx.strict provides { n: 1 }'] },
  ),
  brings(
    '1.11/context-parse',
    json({ 'ctx.picky': 'no', 'ctx.tenant': '1' }),
    `'ctx.tenant': 1, 'ctx.strict': ${NONE}, 'ctx.picky': ${NONE}`,
  ),
  brings('1.11/context-parse', json({ 'ctx.tenant': '{' }), none),
  brings('1.11/context-strings', json({ 'ctx.tenant': 5, 'ctx.late': { a: 1 } }), none),
  brings('1.11/context-strings', json({ 'ctx.unknown': '1' }), none),
  brings('1.11/context-strings', json({ 'platform.node.ctx.exposureRequest': '{"method":"FAKE"}' }), none),
  ...['', '{', 'null', '[]', '5', '"x"', '{"a":1', 'undefined'].map((header) =>
    brings('1.11/context-ignored', header, none),
  ),
  brings(
    '1.11/context-graph',
    '{"__graph":true,"version":1,"root":{"__ref":"1"},"nodes":{"1":{"kind":"object","value":{"ctx.tenant":"7"}}}}',
    "'ctx.tenant': 7",
  ),
  brings('1.11/context-latin1', '{"ctx.tenant":"\\"\xc3\xa9\\""}', "'ctx.tenant': 'Ã©'"),
  {
    rows: ['1.11/context-duplicates'],
    does: 'two headers are none',
    send: {
      target: '/__runner/task/contexts',
      headers: [
        ...Object.entries(AUTH),
        ['x-runner-context', json({ 'ctx.tenant': '1' })],
        ['x-runner-context', json({ 'ctx.late': '2' })],
      ],
      body: '',
    },
    gets: NULL,
    seen: [`contexts { ${none}`],
  },
  {
    rows: ['1.11/context-header'],
    does: 'none is left for the next call',
    send: [
      call('contexts', null, { 'x-runner-context': json({ 'ctx.tenant': '1' }) }),
      call('contexts', null),
    ],
    gets: [NULL, NULL],
    seen: ["contexts { 'ctx.tenant': 1", `contexts { ${none}`],
  },
  {
    rows: ['1.11/context-apart', 'Q10'],
    does: 'two calls at the same time',
    send: [],
    async talk(connection, { side, read }) {
      const other = await RawConnection.open(side.port);
      const ask = (name: string): Buffer =>
        bytes(
          call('contexts.later', name, {
            'x-runner-context': json({ 'ctx.tenant': `"${name}"` }),
            'x-runner-request-id': `id-${name}`,
          }),
        );
      connection.write(ask('a'));
      await side.notes.noted('comes a');
      other.write(ask('b'));
      await side.notes.noted('comes b');
      side.parts.gate.open();
      await read();
      await other.read();
      other.leave();
    },
    gets: { status: 200, headers: { 'x-runner-request-id': 'id-a' } },
    seen: ["reads a { 'ctx.tenant': 'a'", "reads b { 'ctx.tenant': 'b'"],
  },
  {
    rows: ['1.11/context-apart'],
    does: 'a storage that one call enters is not that of the next',
    send: [call('storage.enter', 'mine'), call('storage.read'), call('storage.read')],
    gets: [result('"mine"'), result('"nothing"'), result('"nothing"')],
  },
  {
    rows: ['1.11/context-apart'],
    does: 'nor of one that was sent with it',
    send: [call('storage.enter', 'mine'), call('storage.read'), call('storage.read')],
    pipelined: true,
    gets: [result('"mine"'), result('"nothing"'), result('"nothing"')],
  },
  {
    rows: ['1.11/context-events'],
    does: 'events have them too, but no exposure context',
    send: emit('reads', '{"payload":1}', { 'x-runner-context': json({ 'ctx.tenant': '3' }) }),
    gets: { status: 200 },
    seen: ["reads { 'ctx.tenant': 3"],
  },
  {
    rows: ['1.11/context-required'],
    does: 'a task that needs one',
    send: call('needs.context', null, { 'x-runner-context': json({ 'ctx.tenant': '3' }) }),
    gets: result('1'),
  },
];

const d10: Case[] = [
  {
    rows: ['D10', '1.11/context-schema'],
    does: 'a value that the schema refuses',
    send: call('contexts', null, {
      'x-runner-context': json({ 'ctx.strict': '{"n":"x"}', 'ctx.tenant': '1' }),
    }),
    gets: INTERNAL,
    seen: ["ctx.strict provides { n: 'x' }", '!contexts'],
    logs: ['exposure.task.error'],
    differs: {
      by: 'D10',
      ours: { gets: NULL, seen: [`contexts { 'ctx.tenant': 1, 'ctx.strict': ${NONE}`] },
    },
  },
  {
    rows: ['D10', '1.11/context-schema'],
    does: 'such a value for an event',
    send: emit('reads', '{}', { 'x-runner-context': json({ 'ctx.strict': '{}' }) }),
    gets: INTERNAL,
    logs: ['exposure.event.error'],
    differs: { by: 'D10', ours: { gets: { status: 200, body: '{"ok":true}' }, seen: ['reads'] } },
  },
];

function policy(name: string, tunnels: Tunnel[], isRead: boolean): Table {
  const read = isRead ? "'ctx.tenant': 1" : `'ctx.tenant': ${NONE}`;
  const header = { 'x-runner-context': json({ 'ctx.tenant': '1' }) };
  return {
    name: `contexts: ${name}`,
    setting: { tunnels: () => tunnels.map((tunnel) => ({ ...tunnel })) },
    cases: [
      {
        rows: ['1.11/context-policy'],
        does: isRead ? 'are read' : 'are not read',
        send: [call('contexts', null, header), emit('reads', '{}', header)],
        gets: [{ status: 200 }, { status: 200 }],
        seen: [`contexts { ${read}`, `reads { ${read}`],
      },
    ],
  };
}

const both = { mode: 'server', tasks: ['contexts'], events: ['reads'] } as const;
const lists = { ...both, tasks: [...both.tasks], events: [...both.events] };
const policies: Table[] = [
  policy('a tunnel that allows them', [{ ...lists, allowAsyncContext: true }], true),
  policy('a tunnel that does not', [{ ...lists, allowAsyncContext: false }], false),
  policy('not strictly', [{ ...lists, allowAsyncContext: 0 as never }], true),
  policy('one of two does not', [lists, { ...lists, allowAsyncContext: false }], false),
  policy(
    'another tunnel does not',
    [lists, { mode: 'server', tasks: ['echo'], events: [], allowAsyncContext: false }],
    true,
  ),
  {
    ...policy('open exposure', [], true),
    setting: { tunnels: () => [], http: () => ({ dangerouslyAllowOpenExposure: true }) },
  },
];

export const contexts: Table[] = [{ name: 'contexts of a header', cases: [...headers, ...d10] }, ...policies];
