import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Call } from '../call';
import { headText } from '../headers';
import type { Channel, Streamed } from '../streamed';
import type { CallSocket } from './socket';

/** How `OutgoingMessage` puts an answer together; there is no public way to take it before it is bytes. */
interface Assembly {
  _header: string | null;
  _headerSent: boolean;
  _trailer: string;
  chunkedEncoding: boolean;
  _storeHeader(firstLine: string, headers: unknown): void;
  _send(data: unknown, encoding: unknown, callback: unknown, length?: number): boolean;
  _writeRaw(data: unknown, encoding: unknown, callback: unknown, length?: number): boolean;
}

const assembly = ServerResponse.prototype as unknown as Assembly;
/** Headers of the connection, which the front writes. */
const HOP = new Set(['connection', 'keep-alive', 'transfer-encoding']);

/** The response of a call: Node's own, whose head and body go to Rust instead of a socket, which frames them again. */
export class Outgoing extends ServerResponse {
  private muted = false;
  /** The headers of a stream that was returned, which win over all others. */
  private streamed: Streamed['headers'] | undefined;

  constructor(
    req: IncomingMessage,
    private readonly callSocket: CallSocket,
    private readonly call: Call,
  ) {
    super(req);
    this.assignSocket(callSocket);
    callSocket.on('drain', () => this.drained());
    this.on('finish', () => this.complete());
  }

  /** The call has been answered in another way: what a task may listen to still happens, and nothing is sent. */
  conclude(status: number): void {
    this.muted = true;
    this.statusCode = status;
    this.end();
  }

  /** A way for a stream that the task returned: through here, so that all happens that a task may listen to. */
  channel(status: number, headers: Streamed['headers']): Channel {
    this.statusCode = status;
    this.streamed = headers;
    const self = this;
    return {
      get hasBegun() {
        return self.headersSent;
      },
      write: (bytes, done) => void this.write(bytes, () => done()),
      end: (last) => void (last === undefined ? this.end() : this.end(last)),
      break: () => this.call.openDownload().break(),
    };
  }

  /** The head is put together; from here on the body stays as the task writes it. */
  _storeHeader(firstLine: string, headers: unknown): void {
    assembly._storeHeader.call(this, firstLine, headers);
    (this as unknown as Assembly).chunkedEncoding = false;
  }

  /** Node sends the head with the first bytes; here it goes ahead of them. */
  _send(data: unknown, encoding: unknown, callback: unknown, length?: number): boolean {
    const self = this as unknown as Assembly;
    if (this.muted) {
      self._headerSent = true;
      if (typeof callback === 'function') process.nextTick(callback as () => void);
      return true;
    }
    if (!self._headerSent) {
      self._headerSent = true;
      this.begin(self._header ?? '');
    }
    return assembly._writeRaw.call(this, data, encoding, callback, length);
  }

  /** What Node writes past the answer: those before it (`writeContinue`, `writeProcessing`, `writeEarlyHints`). */
  _writeRaw(data: unknown, _encoding: unknown, callback: unknown): boolean {
    if (!this.muted) this.call.openDownload().interim(String(data));
    if (typeof callback === 'function') process.nextTick(callback as () => void);
    return true;
  }

  private begin(header: string): void {
    const download = this.call.openDownload();
    const { onOver } = download;
    download.onOver = () => {
      onOver();
      // The client has left: to a response that is a closed socket.
      if (!this.writableFinished) this.callSocket.destroy();
    };
    const [first = '', ...lines] = header.split('\r\n');
    const [, status, reason = ''] = /^HTTP\/\d\.\d (\d{3}) ?(.*)$/.exec(first) ?? [];
    let head = `${reason}\n`;
    for (const line of lines) {
      const [, name = '', value] = /^([^:]+): ?(.*)$/.exec(line) ?? [];
      const isHop = HOP.has(name.toLowerCase()) && !/^connection: close$/i.test(line);
      if (name !== '' && !isHop) head += `${name}:${value}\n`;
    }
    const { streamed } = this;
    if (streamed === undefined) download.begin(Number(status), head, true);
    else download.begin(Number(status), head + headText('', {}, streamed).slice(1));
  }

  private drained(): void {
    if (this.writableEnded) return;
    const waiting = Object.getOwnPropertySymbols(this).find(
      ({ description }) => description === 'kNeedDrain',
    );
    if (waiting !== undefined) (this as unknown as Record<symbol, boolean>)[waiting] = false;
    this.emit('drain');
  }

  /** What the server of `node:http` does when an answer is complete. */
  private complete(): void {
    if (!this.muted) {
      const { _trailer } = this as unknown as Assembly;
      this.call.download?.finish(_trailer.replaceAll(': ', ':').replaceAll('\r\n', '\n'));
    }
    this.detachSocket(this.callSocket);
    process.nextTick(() => this.emit('close'));
  }
}
