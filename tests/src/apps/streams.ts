import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { PassThrough, Readable, Transform } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { CallContext } from '@bluelibs/runner-native';
import type { App } from './apps';

/** Bytes of which none is like its neighbours, so that one that is lost or moved can be told. */
export function patterned(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; at++) bytes[at] = (at * 31 + (at >> 8) * 7 + (at >> 16)) & 0xff;
  return bytes;
}

export async function digest(body: AsyncIterable<Buffer>): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of body) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** How many calls of `meet` have to be there for any to end. */
export const MEETING = 3;

/** Tasks with bodies of bytes and answers of bytes. A call says its name in the header `x-name`. */
export const streams: App = (tunnel, note) => {
  const gates = new Map<string, { opened: Promise<void>; open: () => void }>();
  const gate = (name: string) => {
    let found = gates.get(name);
    if (found === undefined) {
      let open = (): void => {};
      const opened = new Promise<void>((resolve) => {
        open = resolve;
      });
      found = { opened, open };
      gates.set(name, found);
    }
    return found;
  };
  const named = ({ headers }: CallContext): string => String(headers['x-name'] ?? '');
  const bodyOf = ({ body }: CallContext): Readable => {
    if (body === undefined) throw new Error('no body');
    return body;
  };
  const heard = (context: CallContext): void => {
    const name = named(context);
    context.signal.addEventListener('abort', () => note('aborted', name));
  };
  const watched = (context: CallContext, source: Readable): Readable =>
    source.on('close', () => note('source closed', named(context)));
  const pulled = new Map<string, number>();
  let meeting: (() => void)[] = [];

  tunnel
    .registerTask('kind', (input: unknown, { body }) => ({
      input: typeof input,
      body: body === undefined ? 'none' : body instanceof Readable,
    }))
    .registerTask('same', (_input: unknown, context) => {
      const before = bodyOf(context);
      return context.body === before;
    })
    .registerTask('digest', (_input: unknown, context) => digest(bodyOf(context)))
    .registerTask('unread', () => 'unread')
    // Looks at its body, and no more: nobody listens to it.
    .registerTask('touched', (_input: unknown, { body }) => body?.readableFlowing)
    .registerTask('touched.wait', async (_input: unknown, context) => {
      heard(context);
      bodyOf(context);
      note('started', named(context));
      await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
    })
    // Goes on listening after its answer, and not to errors.
    .registerTask('data.only', (_input: unknown, context) => {
      let bytes = 0;
      bodyOf(context).on('data', (chunk) => {
        bytes += chunk.length;
        note('got', bytes);
      });
      return 'data only';
    })
    .registerTask('data.wait', async (_input: unknown, context) => {
      heard(context);
      bodyOf(context).on('data', () => note('started', named(context)));
      await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
    })
    .registerTask('first', async (_input: unknown, context) => {
      const body = bodyOf(context);
      const [chunk] = await once(body, 'data');
      body.pause();
      return chunk.length > 0;
    })
    .registerTask('stall', async (_input: unknown, context) => {
      heard(context);
      note('started', named(context));
      await gate(named(context)).opened;
      return digest(bodyOf(context));
    })
    .registerTask('watch', async (_input: unknown, context) => {
      heard(context);
      const body = bodyOf(context);
      body.once('data', () => note('started', named(context)));
      try {
        return await digest(body);
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        note('body failed', { name: named(context), code, message });
        throw error;
      }
    })
    .registerTask('echo', (_input: unknown, { body }) => body)
    .registerTask('upper', (_input: unknown, context) =>
      bodyOf(context).pipe(
        new Transform({
          transform: (chunk, _encoding, done) => done(null, chunk.toString('latin1').toUpperCase()),
        }),
      ),
    )
    .registerTask('echo.watched', (_input: unknown, context) => {
      heard(context);
      const source = watched(context, bodyOf(context).pipe(new PassThrough()));
      bodyOf(context).on('error', ({ message }) => note('body failed', { name: named(context), message }));
      return source;
    })
    // Ends its answer while it goes on reading.
    .registerTask('answer.first', (_input: unknown, context) => {
      void digest(bodyOf(context)).then(
        ({ bytes }) => note('read', { name: named(context), bytes }),
        ({ message }) => note('body failed', { name: named(context), message }),
      );
      return Readable.from(['answered']);
    })
    .registerTask('give', ({ bytes, piece = 65_536 }: { bytes: number; piece?: number }) => {
      const whole = patterned(bytes);
      let at = 0;
      return new Readable({
        read() {
          const from = at;
          at += piece;
          this.push(from < bytes ? whole.subarray(from, at) : null);
        },
      });
    })
    .registerTask('wrapped', () => ({
      stream: Readable.from(['wrapped']),
      status: 206,
      contentType: 'text/plain',
      headers: { 'X-Many': ['a', 'b'], 'Set-Cookie': 'no=1', Connection: 'close' },
    }))
    .registerTask('empty', () => Readable.from([]))
    .registerTask('fails.first', () => {
      return new Readable({
        read() {
          this.destroy(new Error('broke at once'));
        },
      });
    })
    .registerTask('fails.later', async (_input: unknown, context) => {
      const source = watched(context, new Readable({ read() {} }));
      source.push('first ');
      void gate(named(context)).opened.then(() => source.destroy(new Error('broke later')));
      return source;
    })
    // Gives the first bytes, and ends when its gate opens.
    .registerTask('held', (_input: unknown, context) => {
      heard(context);
      const source = watched(context, new Readable({ read() {} }));
      source.push('first ');
      void gate(named(context)).opened.then(() => source.push('last').valueOf() && source.push(null));
      return source;
    })
    .registerTask('endless', (_input: unknown, context) => {
      heard(context);
      const name = named(context);
      const piece = Buffer.alloc(65_536, 'x');
      return watched(
        context,
        new Readable({
          read() {
            pulled.set(name, (pulled.get(name) ?? 0) + piece.length);
            this.push(piece);
          },
        }),
      );
    })
    .registerTask('pulled', (name: string) => pulled.get(name) ?? 0)
    // Returns its stream when its client has left long ago.
    .registerTask('too.late', async (_input: unknown, context) => {
      heard(context);
      note('started', named(context));
      await gate(named(context)).opened;
      await turn();
      return watched(context, new Readable({ read() {} }));
    })
    .registerTask('open', (name: string) => gate(name).open())
    // Ends when three of them are there: so many places are free.
    .registerTask('meet', (_input: unknown, { signal }) => {
      return new Promise<string>((resolve, reject) => {
        const leave = (): void => resolve('met');
        meeting.push(leave);
        if (meeting.length === MEETING) for (const one of meeting.splice(0)) one();
        signal.addEventListener('abort', () => {
          meeting = meeting.filter((one) => one !== leave);
          reject(signal.reason);
        });
      });
    });
};
