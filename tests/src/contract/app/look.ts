import { IncomingMessage, ServerResponse } from 'node:http';
import { useExposureContext } from '@bluelibs/runner/node';
import type { Note } from '../notes';

/** Notes everything a task may look at in its exposure context, aspect by aspect. */
export function look(note: Note): void {
  const context = useExposureContext();
  const { req, res, url, basePath, headers, method, signal } = context;
  note('context', {
    keys: Object.keys(context),
    url: url.href,
    isURL: url instanceof URL,
    basePath,
    method,
    headersAreThose: headers === req.headers,
    requestIsThat: res.req === req,
    sameAgain: useExposureContext() === context,
  });
  note('signal', { is: signal instanceof AbortSignal, aborted: signal.aborted });
  note('req is', req instanceof IncomingMessage);
  note('headers', req.headers);
  note('rawHeaders', req.rawHeaders);
  note('headersDistinct', req.headersDistinct);
  note('trailers', { trailers: req.trailers, raw: req.rawTrailers });
  note('line', { method: req.method, url: req.url, version: req.httpVersion });
  note('versions', { major: req.httpVersionMajor, minor: req.httpVersionMinor });
  note('state', { complete: req.complete, aborted: req.aborted });
  note('socket', {
    remoteAddress: req.socket.remoteAddress,
    localPort: req.socket.localPort,
    encrypted: 'encrypted' in req.socket && req.socket.encrypted,
    isConnection: req.connection === req.socket,
  });
  note('res is', res instanceof ServerResponse);
  note('res', {
    headers: res.getHeaders(),
    names: res.getHeaderNames(),
    statusCode: res.statusCode,
    sent: res.headersSent,
    ended: res.writableEnded,
    writable: res.writable,
  });
}

/** Notes what is left of the body of a request, as a stream. */
export async function lookAtBody(note: Note): Promise<void> {
  const { req } = useExposureContext();
  note('stream', { ended: req.readableEnded, readable: req.readable, destroyed: req.destroyed });
  note('methods', {
    pipe: typeof req.pipe,
    on: typeof req.on,
    resume: typeof req.resume,
    iterates: typeof req[Symbol.asyncIterator],
  });
  note('rest', req.read());
  let chunks = 0;
  try {
    for await (const _ of req) chunks += 1;
    note('chunks', chunks);
  } catch (error) {
    note('chunks', (error as NodeJS.ErrnoException).code);
  }
}
