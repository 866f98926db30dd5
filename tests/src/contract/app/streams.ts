import { PassThrough, Readable, Transform } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import { useExposureContext } from '@bluelibs/runner/node';
import type { Note } from '../notes';
import type { Gate } from './gate';
import { task } from './tasks';

/** More than what the buffers of a connection take in. */
export const BIG = 5 * 1024 * 1024;

const OWN = {
  'Set-Cookie': 'a=1',
  'Access-Control-Allow-Origin': 'https://evil.example',
  'ACCESS-CONTROL-ALLOW-CREDENTIALS': 'true',
  'x-content-type-options': 'sniff',
  'X-Frame-Options': 'ALLOWALL',
};

/** Bytes of which none is like its neighbours, so that one that is lost or moved can be told. */
export function patterned(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; at += 1) bytes[at] = (at * 31 + (at >> 8) * 7 + (at >> 16)) & 0xff;
  return bytes;
}

const big = patterned(BIG);

const some = (): Readable => Readable.from(['some bytes']);

/** Gives so many bytes, in pieces, as fast as they are taken. */
function giving(whole: Buffer, piece = 60_000): Readable {
  let at = 0;
  return new Readable({
    read() {
      const from = at;
      at += piece;
      this.push(from < whole.length ? whole.subarray(from, at) : null);
    },
  });
}

/** Gives a first piece, and does the rest when the gate opens. */
function interrupted(gate: Gate, rest: (source: Readable) => unknown): Readable {
  const source = new Readable({ read() {} });
  source.push('first ');
  void gate.pass().then(() => rest(source));
  return source;
}

function watched(source: Readable, note: Note): Readable {
  return source
    .on('end', () => note('source ended'))
    .on('close', () => note('source closed', { destroyed: source.destroyed }));
}

/** What a task can return for a stream, by name. */
export const STREAMS: Readonly<Record<string, (note: Note, gate: Gate) => unknown>> = {
  readable: () => Readable.from(['one ', Buffer.from('two '), new Uint8Array([0x33, 0xff]), 'é']),
  encoded: () => new PassThrough({ encoding: 'latin1' }).end(Buffer.from([0x61, 0xe9, 0xff])),
  transform: () =>
    some().pipe(
      new Transform({
        transform(chunk, _encoding, done) {
          done(null, String(chunk).toUpperCase());
        },
      }),
    ),
  gzip: () => giving(big.subarray(0, 200_000)).pipe(createGzip()),
  passThrough: () => new PassThrough().end('passed'),
  fake: () => ({
    pipe(to: NodeJS.WritableStream) {
      to.write('fake ');
      to.end('pipe');
    },
  }),
  fakeLater: () => ({
    pipe(to: NodeJS.WritableStream) {
      setImmediate(() => to.end('later'));
      return to;
    },
  }),
  fakeEmpty: () => ({ pipe: (to: NodeJS.WritableStream) => to.end() }),
  fakeOfPrototype: () =>
    new (class {
      pipe(to: NodeJS.WritableStream) {
        to.end(Buffer.from('of a class'));
      }
    })(),
  fakeFunction: () => Object.assign(() => {}, { pipe: (to: NodeJS.WritableStream) => to.end('a function') }),
  fakeInStream: () => ({ stream: { pipe: (to: NodeJS.WritableStream) => to.end('inside') }, status: 202 }),
  fakeEncoded: () => ({ pipe: (to: NodeJS.WritableStream) => to.end('c3a9', 'hex') }),

  // Node's iterator has its stream as a member.
  iteratorOfReadable: () => some()[Symbol.asyncIterator](),
  bare: () => ({ stream: some() }),
  wrapper: () => ({
    stream: some(),
    status: 206,
    contentType: 'text/plain',
    headers: { 'X-One': '1', 'x-many': ['a', 'b'], 'X-Number': 5, 'Cache-Control': 'no-store' },
  }),
  nullish: () => ({ stream: some(), status: undefined, contentType: undefined, headers: undefined }),
  typeInHeaders: () => ({ stream: some(), contentType: 'text/plain', headers: { 'Content-Type': 'a/b' } }),
  blocked: () => ({ stream: some(), headers: { ...OWN, 'X-Kept': 'yes' } }),
  cors: () => ({
    stream: some(),
    headers: { 'Access-Control-Expose-Headers': 'x-one', 'Access-Control-Max-Age': '5' },
  }),
  requestId: () => ({ stream: some(), headers: { 'X-Runner-Request-Id': 'of the wrapper' } }),
  vary: () => ({ stream: some(), headers: { Vary: 'Accept' } }),
  length: () => ({ stream: some(), headers: { 'Content-Length': '10' } }),
  noStream: () => ({ stream: 'no stream', status: 206 }),
  noPipe: () => ({ stream: { pipe: 'no function' } }),

  empty: () => Readable.from([]),
  emptyLater: () => {
    const source = new PassThrough();
    setImmediate(() => source.end());
    return source;
  },
  emptyPiece: () => Readable.from([Buffer.alloc(0), 'after nothing']),
  onlyEmptyPiece: () => Readable.from(['']),
  strings: () => Readable.from(['a', 'é', '\u{1f600}'], { objectMode: false }),
  slowly: () =>
    Readable.from(
      (async function* () {
        for (const piece of ['a', 'b', 'c']) {
          await turn();
          yield piece;
        }
      })(),
    ),
  big: () => giving(big),
  bigPiece: () => Readable.from([big], { objectMode: false }),
  tiny: () => giving(Buffer.from('x'.repeat(3000)), 1),
  bigWithLength: () => ({ stream: giving(big), headers: { 'content-length': String(BIG) } }),
  watched: (note) => watched(giving(big.subarray(0, 100_000)), note),

  badName: () => ({ stream: some(), headers: { 'bad name': 'x' } }),
  badValue: () => ({ stream: some(), headers: { 'X-Bad': 'a\r\nX-Injected: b' } }),
  badType: () => ({ stream: some(), contentType: 'a\nb' }),
  undefinedValue: () => ({ stream: some(), headers: { 'X-Undefined': undefined } }),

  status204: () => ({ stream: some(), status: 204 }),
  status304: () => ({ stream: some(), status: 304 }),
  status404: () => ({ stream: some(), status: 404, contentType: 'text/plain' }),
  status599: () => ({ stream: some(), status: 599 }),
  status204Empty: () => ({ stream: Readable.from([]), status: 204 }),
  statusText: () => ({ stream: some(), status: 'abc' }),
  status99: () => ({ stream: some(), status: 99 }),
  status101: () => ({ stream: some(), status: 101 }),
  status1000: () => ({ stream: some(), status: 1000 }),

  setBefore() {
    const { res } = useExposureContext();
    res.statusCode = 203;
    res.statusMessage = 'Mine';
    res.setHeader('X-Set', 'yes');
    res.setHeader('x-many', ['a', 'b']);
    res.setHeader('Set-Cookie', ['c=1', 'd=2']);
    res.setHeader('Content-Type', 'text/mine');
    res.setHeader('Vary', 'Accept');
    return { stream: some(), headers: { 'X-Too': 'too' } };
  },
  idSetBefore() {
    useExposureContext().res.setHeader('x-runner-request-id', 'task-wrote-it');
    return some();
  },
  events(note) {
    heard(note);
    return some();
  },
  eventsOfNothing(note) {
    heard(note);
    return Readable.from([]);
  },
  eventsOfJson(note) {
    heard(note);
    return 'json';
  },
  eventsOfError(note) {
    heard(note);
    throw new Error('expected');
  },
  writtenBefore() {
    useExposureContext().res.end('mine');
    return some();
  },

  errorFirst: () =>
    new Readable({
      read() {
        this.destroy(new Error('broke at once'));
      },
    }),
  errorFirstLater: () => {
    const source = new Readable({ read() {} });
    setImmediate(() => source.destroy(new Error('broke at once')));
    return source;
  },
  errorBefore: () => new Readable({ read() {} }).destroy(new Error('broke before')).on('error', () => {}),
  errorLater: (_note, gate) => interrupted(gate, (source) => source.destroy(new Error('broke later'))),
  errorEmitted: (_note, gate) =>
    interrupted(gate, (source) => source.emit('error', new Error('only emitted'))),
  errorOfWrapped: () => ({
    stream: new Readable({
      read() {
        this.destroy(new Error('broke at once'));
      },
    }),
    status: 206,
    headers: { 'X-One': '1' },
  }),
  errorInTransform: (_note, gate) =>
    interrupted(gate, (source) => source.push('rest')).pipe(
      new Transform({
        transform(chunk, _encoding, done) {
          if (String(chunk) === 'rest') done(new Error('broke in the middle'));
          else done(null, chunk);
        },
      }),
    ),
  missingFile: () => (require('node:fs') as typeof import('node:fs')).createReadStream('/no/such/file'),
  destroyedBefore: () => some().destroy(),
  destroyedLater: (_note, gate) => interrupted(gate, (source) => source.destroy()),
  endedBefore: async () => {
    const source = some().resume();
    await new Promise((resolve) => source.once('end', resolve));
    return source;
  },
  objects: () => Readable.from([{ a: 1 }]),
  objectsLater(_note, gate) {
    const source = new Readable({ objectMode: true, read() {} });
    source.push('first ');
    void gate.pass().then(() => source.push({ a: 1 }));
    return source;
  },
  pipeThrows: () => ({
    pipe() {
      throw new Error('pipe broke');
    },
  }),

  lengthTooLong: () => ({ stream: some(), headers: { 'Content-Length': '12' } }),
  lengthTooShort: () => ({ stream: some(), headers: { 'Content-Length': '4' } }),
  lengthNoNumber: () => ({ stream: some(), headers: { 'Content-Length': 'ten' } }),
  hop: () => ({
    stream: some(),
    headers: { Connection: 'close', 'Keep-Alive': 'timeout=99', 'Transfer-Encoding': 'gzip, chunked' },
  }),
  upgrade: () => ({ stream: some(), headers: { Upgrade: 'h2c', Trailer: 'X-Sum', 'Proxy-Connection': 'x' } }),

  lengthNegative: () => ({ stream: some(), headers: { 'Content-Length': '-1' } }),
  lengthTwice: () => ({ stream: some(), headers: { 'Content-Length': ['10', '10'] } }),

  leftSilent(note) {
    hearSignal(note);
    return watched(silent(), note);
  },
  leftWrapped(note) {
    hearSignal(note);
    return { stream: watched(silent(), note), status: 206 };
  },
  leftBeforeFirst(note) {
    hearSignal(note);
    note('returned');
    return watched(new Readable({ read() {} }), note);
  },
  leftBlocked(note) {
    hearSignal(note);
    let given = 0;
    const piece = Buffer.alloc(65_536, 'x');
    const endless = new Readable({
      read() {
        given += piece.length;
        if (given === 2 ** 20) note('gave 1 MiB');
        this.push(piece);
      },
    });
    return watched(endless, note);
  },
  leftThrough(note) {
    hearSignal(note);
    return watched(silent().pipe(new PassThrough()), note);
  },
  leftEvents(note) {
    hearSignal(note);
    heard(note);
    return silent();
  },
  async leftBefore(note, gate) {
    const { signal } = useExposureContext();
    hearSignal(note);
    note('waits');
    await gate.pass();
    note('returns', signal.aborted);
    return watched(silent(), note);
  },
  beside(note, gate) {
    const { res } = useExposureContext();
    const source = interrupted(gate, (one) => one.push(null));
    void gate.pass().then(() => {
      res.write('mine ');
      note('wrote');
    });
    return source;
  },
};

function silent(): Readable {
  const source = new Readable({ read() {} });
  source.push('first ');
  return source;
}

function hearSignal(note: Note): void {
  useExposureContext().signal.addEventListener('abort', () => note('signal aborts'));
}

function heard(note: Note): void {
  const { res } = useExposureContext();
  for (const event of ['finish', 'close', 'error']) {
    res.on(event, () => {
      const { headersSent, statusCode, writableEnded, writableFinished } = res;
      note(`res ${event}`, { headersSent, statusCode, writableEnded, writableFinished });
    });
  }
}

export function streaming(note: Note, gate: Gate) {
  return task('stream', (name) => {
    const make = STREAMS[String(name)];
    if (make === undefined) throw new Error(`no stream ${name}`);
    return make(note, gate);
  });
}
