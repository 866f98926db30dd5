import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Aside, Call } from '../call';

const REQUEST_ID = 'x-runner-request-id';
/** Written over by the answer, whatever a task has set. */
const REPLACED = new Set(['content-type', 'content-length', 'transfer-encoding']);

/** The request and the response of one call as Node's own objects, for the tasks that ask for them. */
export class Exchange implements Aside {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;

  constructor(private readonly call: Call) {
    this.req = incoming(call);
    this.res = new ServerResponse(this.req);
    this.res.setHeader(REQUEST_ID, call.requestId);
  }

  head(): string | undefined {
    const { res, call } = this;
    // What a task began to answer by itself is not part of any other answer.
    if (this.isTaken) return undefined;
    let lines = '';
    for (const [name, value] of Object.entries(res.getHeaders())) {
      if (REPLACED.has(name)) continue;
      for (const one of Array.isArray(value) ? value : [value]) lines += `${name}:${one}\n`;
    }
    const reason = res.statusMessage ?? '';
    return reason === '' && lines === `${REQUEST_ID}:${call.requestId}\n` ? undefined : `${reason}\n${lines}`;
  }

  get isTaken(): boolean {
    return this.res.headersSent || this.res.writableEnded;
  }
}

/** What Node does with a parsed head; there is no public way to make a message from one. */
interface Parsed {
  _addHeaderLines(lines: readonly string[], count: number): void;
}

interface Over {
  _readableState: { ended: boolean; endEmitted: boolean };
}

function incoming(call: Call): IncomingMessage {
  const req = new IncomingMessage(callSocket(call.peers));
  const { httpVersion, rawHeaders } = call;
  const [major = 1, minor = 1] = httpVersion.split('.').map(Number);
  Object.assign(req, {
    httpVersion,
    httpVersionMajor: major,
    httpVersionMinor: minor,
    method: call.method,
    url: call.url,
  });
  (req as unknown as Parsed)._addHeaderLines(rawHeaders, rawHeaders.length);
  // The very object that the context shows, with the accepted request id in it.
  req.headers = call.headers;
  req.complete = true;
  // The body has been read to its end: so looks a message whose stream is over.
  Object.assign((req as unknown as Over)._readableState, { ended: true, endEmitted: true });
  return req.destroy();
}

/** Tells where a request came from; the connection itself belongs to Rust. */
function callSocket(peers: string): Socket {
  const [remoteAddress, remotePort, localAddress, localPort] = peers.split(' ');
  const members = {
    ...ends('remote', remoteAddress, remotePort),
    ...ends('local', localAddress, localPort),
  };
  // On `Socket` these are accessors that ask a handle.
  return Object.defineProperties(new Socket(), members);
}

function ends(side: 'remote' | 'local', address = '', port = ''): PropertyDescriptorMap {
  if (address === '') return {};
  const member = (value: unknown): PropertyDescriptor => ({ value, configurable: true });
  return {
    [`${side}Address`]: member(address),
    [`${side}Port`]: member(Number(port)),
    [`${side}Family`]: member(address.includes(':') ? 'IPv6' : 'IPv4'),
  };
}
