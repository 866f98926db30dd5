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
  readonly res: Outgoing;
  private readonly socket: CallSocket;

  constructor(private readonly call: Call) {
    this.socket = new CallSocket(call);
    this.req = incoming(call, this.socket);
    this.res = new Outgoing(this.req, this.socket, call);
    this.res.setHeader(REQUEST_ID, call.requestId);
  }

  get isTaken(): boolean {
    return this.res.headersSent || this.res.writableEnded;
  }

  head(): string | undefined {
    const { res, call } = this;
    // What a task began to answer by itself is not part of any other answer.
    if (this.isTaken) return undefined;
    const own = Object.entries(res.getHeaders()).filter(([name]) => !REPLACED.has(name));
    const [first, ...more] = own;
    const isUntouched = first?.[0] === REQUEST_ID && first[1] === call.requestId && more.length === 0;
    return isUntouched && !res.statusMessage
      ? undefined
      : headText(res.statusMessage ?? '', Object.fromEntries(own));
  }

  answered(status: number): void {
    this.res.conclude(status);
  }

  left(): void {
    this.socket.destroy();
  }

  get isEnded(): boolean {
    return this.res.writableEnded;
  }

  channel({ status, headers }: Streamed): Channel {
    return this.res.channel(status, headers);
  }
}
