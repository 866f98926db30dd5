import { IncomingMessage } from 'node:http';
import type { Call } from '../call';
import { counted } from '../headers';
import type { Upload } from '../upload';
import type { CallSocket } from './socket';

/**
 * What Node does with parsed header lines, and with trailers once the message is complete; there is no public way to make
 * a message from them.
 */
interface Parsed {
  _addHeaderLines(lines: readonly string[], count: number): void;
  _readableState: { ended: boolean; endEmitted: boolean };
}

/** The request of a call as Node's own object. */
export function incoming(call: Call, socket: CallSocket): IncomingMessage {
  const req = call.upload === undefined ? new IncomingMessage(socket) : new Unread(socket, call.upload, call);
  const { httpVersion, rawHeaders, rawTrailers } = call;
  const [major = 1, minor = 1] = httpVersion.split('.').map(Number);
  Object.assign(req, {
    httpVersion,
    httpVersionMajor: major,
    httpVersionMinor: minor,
    method: call.method,
    url: call.url,
  });
  const parsed = req as unknown as Parsed;
  parsed._addHeaderLines(rawHeaders, counted(rawHeaders));
  // The very object that the context shows, with the accepted request id in it.
  req.headers = call.headers;
  if (call.upload !== undefined) return req;
  req.complete = true;
  parsed._addHeaderLines(rawTrailers, rawTrailers.length);
  // The body has been read to its end: so looks a message whose stream is over.
  Object.assign(parsed._readableState, { ended: true, endEmitted: true });
  req.destroy();
  const { form } = call;
  if (form?.isOpen) {
    // A form is read here, part by part: its bytes are on their way, and not the task's to take.
    req.complete = false;
    form.onEnd = () => {
      req.complete = true;
    };
  }
  return req;
}

/** A request whose body nobody has touched. */
class Unread extends IncomingMessage {
  constructor(
    socket: CallSocket,
    private readonly upload: Upload,
    call: Call,
  ) {
    super(socket);
    upload.onEnd = () => {
      this.complete = true;
      const { rawTrailers } = call;
      (this as unknown as Parsed)._addHeaderLines(rawTrailers, rawTrailers.length);
    };
    upload.readInto(this);
  }

  override _read(): void {
    this.upload.want();
  }
}
