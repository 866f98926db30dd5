/** Results that are streams. */
import { createHash } from 'node:crypto';
import { exchange } from '../../harness/request';
import { BIG, patterned } from '../app/streams';
import type { Case, Expected, Outcome, Table, Talk } from '../case';
import { bytes } from '../observation';
import { call, INTERNAL, result } from '../requests';
import type { Side } from '../side';
import { Drawn, drawn } from './drawn';

type More = Partial<Case>;

const CHUNKED = { 'transfer-encoding': 'chunked', 'content-length': null };
const DRESSED = {
  'access-control-allow-origin': '*',
  'content-type': 'application/octet-stream',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  connection: 'keep-alive',
};

function streams(rows: string, name: string, gets: Expected | readonly Expected[], more: More = {}): Case {
  return { rows: rows.split(' '), does: name, send: call('stream', name), gets, ...more };
}

const bytesOf = (text: string): string => Buffer.from(text, 'latin1').toString('utf8');

/** A body in chunks, after the usual headers. */
function sent(body: string, headers: Expected['headers'] = {}): Expected {
  return { status: 200, body, headers: { ...DRESSED, ...CHUNKED, ...headers } };
}

const sources: Case[] = [
  streams('1.8/streams', 'readable', sent(bytesOf('one two 3\xff\xc3\xa9'))),
  streams('1.8/streams', 'encoded', sent('aéÿ')),
  streams('1.8/streams', 'transform', sent('SOME BYTES')),
  streams('1.8/streams', 'gzip', { status: 200, headers: CHUNKED }),
  streams('1.8/streams', 'passThrough', sent('passed')),
  streams('1.8/streams', 'strings', sent('aé\u{1f600}')),
  streams('1.8/streams', 'slowly', sent('abc')),
  streams('1.8/streams', 'tiny', sent('x'.repeat(3000))),
  streams('1.8/streams', 'emptyPiece', sent('after nothing')),
  streams('1.8/streams', 'onlyEmptyPiece', { status: 200, body: '' }),
  ...['empty', 'emptyLater', 'endedBefore', 'fakeEmpty'].map((name) =>
    streams('1.8/streams', name, {
      status: 200,
      body: '',
      headers: { ...DRESSED, 'content-length': '0', 'transfer-encoding': null },
    }),
  ),
  streams('1.8/streams', 'fake', sent('fake pipe')),
  streams('1.8/streams', 'fakeLater', { status: 200, body: 'later' }),
  streams('1.8/streams', 'fakeOfPrototype', { status: 200, body: 'of a class' }),
  streams('1.8/streams', 'fakeFunction', { status: 200, body: 'a function' }),
  streams('1.8/streams', 'fakeInStream', { status: 202, body: 'inside' }),
  streams('1.8/streams', 'fakeEncoded', { status: 200, body: 'é' }),
  streams('1.8/streams', 'watched', { status: 200 }, { seen: ['source ended', 'source closed'] }),
  streams('1.8/no-streams', 'noStream', result('{"stream":"no stream","status":206}')),
  streams('1.8/no-streams', 'noPipe', result('{"stream":{"pipe":"no function"}}')),
  {
    rows: ['1.8/streams'],
    does: 'over HTTP/1.0: not in chunks, and closed',
    send: { ...call('stream', 'readable'), version: '1.0' },
    gets: { status: 200, headers: { connection: 'close', 'transfer-encoding': null } },
    after: 'ended',
  },
  {
    rows: ['1.8/streams'],
    does: 'where the client wants to close',
    send: call('stream', 'strings', { Connection: 'close' }),
    gets: { status: 200, headers: { ...CHUNKED, connection: 'close' } },
    after: 'ended',
  },
  {
    rows: ['1.8/streams', '1.7/pipelining'],
    does: 'several on a connection, pipelined',
    send: [
      call('stream', 'readable'),
      call('stream', 'empty'),
      call('echo', 1),
      call('stream', 'slowly'),
      call('stream', 'badValue'),
      call('stream', 'passThrough'),
    ],
    pipelined: true,
    gets: [{ status: 200 }, { status: 200 }, result('1'), sent('abc'), INTERNAL, sent('passed')],
    logs: ['exposure.task.error'],
  },
];

const digest = (body: string): string =>
  createHash('sha256').update(Buffer.from(body, 'latin1')).digest('hex');
const BIG_DIGEST = createHash('sha256').update(patterned(BIG)).digest('hex');

/** A large body, of which only the digest is kept. */
function large(name: string, talk?: (connection: Parameters<Talk>[0], side: Side) => Promise<void>): Case {
  return {
    rows: ['1.8/streams'],
    does: talk === undefined ? name : `${name}, read late`,
    send: [],
    async talk(connection, { side, took }) {
      connection.write(bytes(call('stream', name)));
      await talk?.(connection, side);
      const { version, status, reason, headers, body } = await connection.read();
      const { date: _, ...kept } = headers;
      took({
        status,
        line: `${version} ${status} ${reason}`,
        headers: kept,
        body: digest(body.toString('latin1')),
      });
    },
    gets: { status: 200, body: BIG_DIGEST },
    after: 'left',
  };
}

const larger: Case[] = [
  large('big'),
  large('bigPiece'),
  large('bigWithLength'),
  {
    rows: ['1.8/streams'],
    does: 'big, to a client that does not read for a while',
    send: [],
    async talk(_connection, { side, took }) {
      const client = await Drawn.ask(side.port, bytes(call('stream', 'bigWithLength')));
      await client.until((text) => text.includes('\r\n\r\n'));
      client.socket.pause();
      // The server goes on serving.
      for (let n = 0; n < 20; n += 1) await exchange(side.port, call('add', { a: n, b: 1 }));
      client.socket.resume();
      const at = client.text.indexOf('\r\n\r\n') + 4;
      await client.until((text) => text.length >= at + BIG);
      took({ status: 200, line: '', headers: {}, body: digest(client.text.slice(at)) });
      client.leave();
    },
    gets: { status: 200, body: BIG_DIGEST },
    after: 'left',
  },
];

const wrappers: Case[] = [
  ...['bare', 'iteratorOfReadable'].map((name) => streams('1.8/stream-headers', name, sent('some bytes'))),
  streams('1.8/stream-headers', 'wrapper', {
    status: 206,
    reason: 'Partial Content',
    body: 'some bytes',
    headers: {
      ...DRESSED,
      ...CHUNKED,
      'content-type': 'text/plain',
      'x-one': '1',
      'x-many': 'a, b',
      'x-number': '5',
      'cache-control': 'no-store',
    },
  }),
  streams('1.8/stream-headers', 'nullish', sent('some bytes')),
  streams('1.8/stream-headers', 'typeInHeaders', sent('some bytes', { 'content-type': 'a/b' })),
  streams('1.8/stream-headers', 'blocked', sent('some bytes', { 'set-cookie': null, 'x-kept': 'yes' })),
  streams(
    '1.8/stream-headers',
    'cors',
    sent('some bytes', { 'access-control-expose-headers': 'x-one', 'access-control-max-age': '5' }),
  ),
  streams(
    '1.8/stream-headers 1.6/response-header',
    'requestId',
    sent('some bytes', { 'x-runner-request-id': 'of the wrapper' }),
  ),
  streams('1.8/stream-headers', 'vary', sent('some bytes', { vary: 'Accept' })),
  streams('1.8/stream-headers', 'length', {
    status: 200,
    body: 'some bytes',
    headers: { 'content-length': '10', 'transfer-encoding': null },
  }),
  streams('1.8/stream-headers', 'status404', { status: 404, reason: 'Not Found', body: 'some bytes' }),
  streams('1.8/stream-headers', 'status599', { status: 599, body: 'some bytes' }),
  ...['status204', 'status304', 'status204Empty'].map((name) =>
    streams('1.8/stream-headers', name, { status: Number(name.slice(6, 9)), body: '' }),
  ),
  ...['badName', 'badValue', 'badType', 'undefinedValue'].map((name) =>
    streams('1.8/stream-headers', name, INTERNAL, { logs: ['exposure.task.error'] }),
  ),
  streams('1.8/streams 1.8/set-header Q11', 'setBefore', {
    status: 200,
    reason: 'Mine',
    body: 'some bytes',
    headers: {
      ...DRESSED,
      'x-set': 'yes',
      'x-many': 'a, b',
      'set-cookie': 'c=1, d=2',
      vary: 'Accept',
      'x-too': 'too',
    },
  }),
  streams('1.8/set-header', 'idSetBefore', sent('some bytes', { 'x-runner-request-id': 'task-wrote-it' })),
  streams('1.8/written 1.8/streams', 'writtenBefore', { status: 200, body: 'mine' }),
  ...['events', 'eventsOfNothing', 'eventsOfJson'].map((name) =>
    streams(
      '1.8/written-late 1.8/streams',
      name,
      { status: 200 },
      {
        seen: [
          'res finish { headersSent: true, statusCode: 200,',
          'res close { headersSent: true,',
          '!res error',
        ],
        settles: (side) => side.notes.noted('res close'),
      },
    ),
  ),
  streams('1.8/written-late', 'eventsOfError', INTERNAL, {
    seen: ['res finish { headersSent: true, statusCode: 500,', 'res close'],
    logs: ['exposure.task.error'],
  }),
];

const vary: Case[] = [
  streams('1.8/stream-headers 1.3/everywhere', 'wrapper', {
    status: 206,
    headers: {
      vary: 'Origin',
      'access-control-allow-origin': 'https://a.example',
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'x-shown',
    },
  }),
  streams('1.8/stream-headers 1.3/vary-append', 'vary', {
    status: 200,
    headers: { 'access-control-allow-origin': 'https://a.example' },
  }),
  streams('1.8/stream-headers 1.3/vary-append', 'setBefore', { status: 200 }),
  streams('1.8/stream-headers 1.3/exposed', 'cors', { status: 200 }),
  streams('1.8/stream-headers 1.3/credentials-refused', 'blocked', { status: 200 }),
].map((one) => ({ ...one, send: call('stream', one.does, { Origin: 'https://a.example' }) }));

const FAILED: Outcome = { gets: INTERNAL, logs: ['exposure.task.error'] };

/** D2, before anything was sent. */
function failsFirst(name: string, message: string): Case {
  return streams(
    'D2 1.8/streams',
    name,
    { status: 'silence' },
    { unhandled: [message], differs: { by: 'D2', ours: FAILED } },
  );
}

const isRefusal = (text: string): boolean => text.endsWith('"code":"INTERNAL_ERROR"}}');

/** D2, where the stock server waits for ever. */
function waitsForEver(name: string, rows = 'D2 1.8/streams'): Case {
  return streams(
    rows,
    name,
    { status: 'silence' },
    {
      after: 'left',
      async talk(_connection, { side, took }) {
        const client = await Drawn.ask(side.port, bytes(call('stream', name)));
        took(drawn(await client.rest(isRefusal)));
        client.leave();
      },
      differs: {
        by: 'D2',
        ours: {
          gets: { status: 500, body: `${INTERNAL.body} (not ended)` },
          after: 'left',
          logs: ['exposure.task.error'],
        },
      },
    },
  );
}

/** Asks for a stream, and opens the gate when its first bytes have come. */
function interruptedTalk(name: string): Talk {
  return async (_connection, { side, took }) => {
    const client = await Drawn.ask(side.port, bytes(call('stream', name)));
    await client.until((text) => text.includes('first '));
    side.parts.gate.open();
    took(drawn(await client.rest()));
    client.leave();
  };
}

/** D2, after some bytes. */
function failsLater(name: string, unhandled: readonly string[]): Case {
  return streams(
    'D2 1.8/streams',
    name,
    { status: 200, body: 'first  (not ended)' },
    {
      after: 'left',
      talk: interruptedTalk(name),
      unhandled,
      differs: {
        by: 'D2',
        ours: {
          gets: { status: 200, body: 'first  (ended)' },
          after: 'left',
          logs: ['exposure.task.error'],
        },
      },
    },
  );
}

const CHUNK =
  'The "chunk" argument must be of type string or an instance of Buffer or Uint8Array. Received an instance of Object';

const failing: Case[] = [
  failsFirst('errorFirst', 'broke at once'),
  failsFirst('errorFirstLater', 'broke at once'),
  failsFirst('errorOfWrapped', 'broke at once'),
  failsFirst('missingFile', "ENOENT: no such file or directory, open '/no/such/file'"),
  failsFirst('objects', CHUNK),
  waitsForEver('errorBefore'),
  waitsForEver('destroyedBefore'),
  failsLater('errorLater', ['broke later']),
  failsLater('errorEmitted', ['only emitted']),
  failsLater('errorInTransform', ['broke in the middle']),
  failsLater('destroyedLater', []),
  failsLater('objectsLater', [CHUNK]),
  streams('1.8/streams D2', 'pipeThrows', INTERNAL, { logs: ['exposure.task.error'] }),
  {
    rows: ['D2'],
    does: 'the next call on the connection after a stream that failed',
    send: [call('stream', 'readable'), call('stream', 'badValue'), call('echo', 1)],
    gets: [{ status: 200 }, INTERNAL, result('1')],
    logs: ['exposure.task.error'],
  },
];

/** D9: statuses that no answer can have. */
const statuses: Case[] = [
  ...['statusText', 'status99', 'status1000'].map((name) => {
    const message = `Invalid status code: ${name.slice(6).replace('Text', 'abc')}`;
    return streams(
      'D9 1.8/stream-headers',
      name,
      { status: 'silence' },
      {
        unhandled: [message, message],
        differs: { by: 'D9', ours: FAILED },
      },
    );
  }),
  streams('D9 1.8/stream-headers', 'status101', { status: 101 }, { differs: { by: 'D9', ours: FAILED } }),
];

/** What a client sees of a connection on which it was told a wrong length. */
function mismatched(name: string, stock: string, ours: Expected): Case {
  return streams(
    'D24 1.8/stream-headers',
    name,
    { status: 200, body: stock },
    {
      after: 'left',
      async talk(_connection, { side, took }) {
        const client = await Drawn.ask(
          side.port,
          Buffer.concat([call('stream', name), call('echo', 'next')].map(bytes)),
        );
        const gathered = await client.rest((text) => text.includes('"result":"next"'));
        client.leave();
        const [head = '', ...rest] = gathered.text.split('\r\n\r\n');
        // Where the next answer begins, as a client sees it.
        const after = rest.join('\r\n\r\n').replace(/HTTP\/1\.1 200 OK.*$/s, '<next>');
        took(drawn({ ...gathered, text: head === '' ? '' : `${head}\r\n\r\n${after}` }));
      },
      differs: {
        by: 'D24',
        ours: { gets: ours, after: 'left', ...(ours.status === 500 && { logs: ['exposure.task.error'] }) },
      },
    },
  );
}

const wrong: Case[] = [
  mismatched('lengthTooLong', 'some bytes<next> (not ended)', {
    status: 200,
    body: 'some bytes (ended)',
  }),
  mismatched('lengthTooShort', 'some bytes<next> (not ended)', {
    status: 200,
    body: 'some<next> (not ended)',
  }),
  ...['lengthNoNumber', 'lengthNegative'].map((name) =>
    mismatched(name, 'some bytes<next> (not ended)', {
      status: 500,
      body: `${INTERNAL.body}<next> (not ended)`,
    }),
  ),
  streams(
    'D24 1.8/stream-headers',
    'hop',
    { status: 200, headers: { 'transfer-encoding': 'gzip, chunked', connection: 'close' } },
    {
      after: 'ended',
      differs: { by: 'D24', ours: { gets: sent('some bytes', { 'keep-alive': 'timeout=5' }) } },
    },
  ),
  streams(
    'D24 1.8/stream-headers',
    'upgrade',
    { status: 200, headers: { upgrade: 'h2c', trailer: 'X-Sum' } },
    {
      differs: {
        by: 'D24',
        ours: { gets: sent('some bytes', { upgrade: null, trailer: null, 'proxy-connection': null }) },
      },
    },
  ),
];

/** D5: the client leaves when `started` holds, or has been noted. */
function leaves(name: string, started: RegExp | string): Case {
  return {
    rows: ['D5', '1.8/stream-disconnect', '1.10/destroyed'],
    does: name,
    send: [],
    async talk(_connection, { side, took }) {
      const { mark } = side.notes;
      const client = await Drawn.ask(side.port, bytes(call('stream', name)));
      if (name === 'leftBlocked') client.socket.pause();
      if (typeof started === 'string') await side.notes.noted(started, mark);
      else await client.until((text) => started.test(text));
      client.leave();
      await side.notes.noted('signal aborts', mark);
      side.parts.gate.open();
      // What would come has come.
      await exchange(side.port, call('add', { a: 1, b: 1 }));
      await exchange(side.port, call('add', { a: 1, b: 1 }));
      took({ status: 'nothing', line: '', headers: {}, body: '' });
    },
    gets: { status: 'nothing' },
    after: 'left',
    seen: ['signal aborts', '!source closed'],
    differs: {
      by: 'D5',
      ours: {
        gets: { status: 'nothing' },
        after: 'left',
        seen: ['signal aborts', 'source closed { destroyed: true }', '!source ended'],
      },
    },
  };
}

/** The same of what is alike on both sides. */
function leavesAlike(name: string, started: RegExp | string, seen: readonly string[]): Case {
  const { differs: _, ...one } = leaves(name, started);
  return { ...one, rows: ['1.8/stream-disconnect'], seen };
}

const left: Case[] = [
  leaves('leftSilent', /first /),
  leaves('leftWrapped', /first /),
  leaves('leftThrough', /first /),
  leaves('leftBeforeFirst', 'returned'),
  leaves('leftBlocked', 'gave 1 MiB'),
  leaves('leftBefore', 'waits'),
  leavesAlike('leftEvents', /first /, [
    'signal aborts',
    'res close { headersSent: true, statusCode: 200, writableEnded: false, writableFinished: false }',
  ]),
];

const beside: Case[] = [
  streams(
    '1.8/streams',
    'beside',
    { status: 200, body: 'first mine (last chunk) (not ended)' },
    {
      after: 'left',
      async talk(_connection, { side, took }) {
        const client = await Drawn.ask(side.port, bytes(call('stream', 'beside')));
        await client.until((text) => text.includes('first '));
        side.parts.gate.open();
        took(drawn(await client.rest((text) => text.endsWith('0\r\n\r\n'))));
        client.leave();
      },
    },
  ),
];

export const streamed: Table[] = [
  { name: 'streams', cases: [...sources, ...larger] },
  { name: 'streams with status and headers', cases: wrappers },
  {
    name: 'streams where CORS is configured',
    setting: {
      http: () => ({
        cors: { origin: ['https://a.example'], credentials: true, exposedHeaders: ['x-shown'] },
      }),
    },
    cases: vary,
  },
  { name: 'streams that fail', cases: [...failing, ...statuses, ...wrong] },
  { name: 'streams whose client leaves', cases: [...left, ...beside] },
];
