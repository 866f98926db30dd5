import type { IncomingMessage } from 'node:http';
import type { Aside, Call } from '../call';
import { headText } from '../headers';
import type { Channel, Streamed } from '../streamed';
import { incoming } from './incoming';
import { Outgoing } from './outgoing';
import { CallSocket } from './socket';

const REQUEST_ID = 'x-runner-request-id';
/** Written over by a JSON answer, whatever a task has set. */
const REPLACED = new Set(['content-type', 'content-length', 'transfer-encoding']);

/** The request and the response of one call as Node's own objects, for the tasks that ask for them. */
export class Exchange implements Aside {
  readonly req: IncomingMessage;
  private readonly socket: CallSocket;
  private outgoing: Outgoing | undefined;
  /** What the call was answered with before anybody asked for the response. */
  private status: number | undefined;

  constructor(private readonly call: Call) {
    this.socket = new CallSocket(call);
    this.req = incoming(call, this.socket);
  }

  get res(): Outgoing {
    if (this.outgoing === undefined) {
      const { req, socket, call, status } = this;
      this.outgoing = new Outgoing(req, socket, call);
      this.outgoing.setHeader(REQUEST_ID, call.requestId);
      if (status !== undefined) this.outgoing.conclude(status);
    }
    return this.outgoing;
  }

  get isTaken(): boolean {
    return this.outgoing?.headersSent || this.isEnded;
  }

  head(): string | undefined {
    const { outgoing: res, call } = this;
    // What a task began to answer by itself is not part of any other answer.
    if (res === undefined || this.isTaken) return undefined;
    const own = Object.entries(res.getHeaders()).filter(([name]) => !REPLACED.has(name));
    const [first, ...more] = own;
    const isUntouched = first?.[0] === REQUEST_ID && first[1] === call.requestId && more.length === 0;
    return isUntouched && !res.statusMessage
      ? undefined
      : headText(res.statusMessage ?? '', Object.fromEntries(own));
  }

  answered(status: number): void {
    this.status = status;
    this.outgoing?.conclude(status);
  }

  left(): void {
    this.socket.destroy();
  }

  get isEnded(): boolean {
    return this.outgoing?.writableEnded ?? false;
  }

  channel({ status, headers }: Streamed): Channel | undefined {
    if (this.outgoing === undefined) this.status = status;
    return this.outgoing?.channel(status, headers);
  }
}
