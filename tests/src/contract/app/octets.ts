import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { useExposureContext } from '@bluelibs/runner/node';
import type { Note } from '../notes';
import type { Gate } from './gate';
import { task } from './tasks';

interface Octets {
  readonly input: unknown;
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly signal: AbortSignal;
  readonly note: Note;
  readonly gate: Gate;
}

const upper = (): Transform =>
  new Transform({
    transform(chunk, _encoding, done) {
      done(null, chunk.toString('latin1').toUpperCase());
    },
  });

async function digest(req: IncomingMessage): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of req) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** What a task can do with a body of bytes, by the end of its id. */
export const OCTETS: Readonly<Record<string, (octets: Octets) => unknown>> = {
  untouched({ input, req, note }) {
    const { readableFlowing, readable, readableEnded, complete, aborted, destroyed } = req;
    note('untouched', {
      input,
      readableFlowing,
      readable,
      readableEnded,
      complete: complete || 'maybe',
      aborted,
      destroyed,
    });
    return 'untouched';
  },
  unread: () => 'unread',
  iterate: async ({ req, note }) => {
    const read = await digest(req);
    note('read', { complete: req.complete, ended: req.readableEnded });
    return read;
  },
  pipeline: ({ req, res }) => pipeline(req, res),
  pipelineUpper: ({ req, res }) => {
    res.setHeader('X-Mine', 'yes');
    return pipeline(req, upper(), res);
  },
  request: ({ req }) => req,
  wrapped: ({ req }) => ({ stream: req, status: 201, contentType: 'text/plain' }),
  transform: ({ req }) => req.pipe(upper()),
  events: ({ req, note }) =>
    new Promise((resolve) => {
      let bytes = 0;
      req.on('data', (chunk) => {
        bytes += chunk.length;
      });
      req.on('end', () => note('end', { complete: req.complete, aborted: req.aborted }));
      req.on('close', () => {
        note('close', { destroyed: req.destroyed });
        resolve(bytes);
      });
    }),
  readable: ({ req }) =>
    new Promise((resolve) => {
      let text = '';
      req.setEncoding('utf8');
      req.on('readable', () => {
        for (let piece = req.read(); piece !== null; piece = req.read()) text += piece;
      });
      req.on('end', () => resolve(text));
    }),
  first: ({ req }) =>
    new Promise((resolve) => {
      req.once('data', (chunk) => {
        req.pause();
        resolve(chunk.length > 0);
      });
    }),
  later: async ({ req, gate, note }) => {
    note('waits');
    await gate.pass();
    return digest(req);
  },
  trailers: async ({ req, note }) => {
    const { bytes } = await digest(req);
    note('trailers', { trailers: req.trailers, raw: req.rawTrailers });
    return bytes;
  },
  pipeOnly({ req, res }) {
    req.pipe(res);
  },
  fails: () => {
    throw new Error('before it is read');
  },
  failsLater: async ({ req }) => {
    await digest(req);
    throw new Error('after it was read');
  },
  destroys({ req }) {
    req.destroy();
    return 'destroyed';
  },
  left: async ({ req, signal, note }) => {
    signal.addEventListener('abort', () => note('signal aborts', { name: signal.reason.name }));
    req.on('aborted', () => note('req aborted'));
    req.on('error', (error: NodeJS.ErrnoException) =>
      note('req error', { code: error.code, text: error.message }),
    );
    req.on('close', () => note('req close', { aborted: req.aborted, complete: req.complete }));
    note('reads');
    return digest(req);
  },
  leftIterating: async ({ req, note }) => {
    note('reads');
    try {
      await digest(req);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      note('read fails', { code, message });
      throw error;
    }
  },
  leftUnheard: ({ signal, note }) => {
    signal.addEventListener('abort', () => note('signal aborts'));
    note('waits');
    return new Promise((resolve) => signal.addEventListener('abort', resolve));
  },
};

export function octets(note: Note, gate: Gate) {
  return Object.entries(OCTETS).map(([name, run]) =>
    task(`octet.${name}`, (input) => {
      const { req, res, signal } = useExposureContext();
      return run({ input, req, res, signal, note, gate });
    }),
  );
}
