import { Socket } from 'node:net';
import type { Call } from '../call';

/**
 * What a task sees as the connection: it tells where the request came from, and takes the answer's bytes. The connection
 * itself belongs to Rust.
 */
export class CallSocket extends Socket {
  constructor(private readonly call: Call) {
    super();
    const [remoteAddress, remotePort, localAddress, localPort] = call.peers.split(' ');
    // On `Socket` these are accessors that ask a handle.
    Object.defineProperties(this, {
      ...ends('remote', remoteAddress, remotePort),
      ...ends('local', localAddress, localPort),
      // One piece after the other: there is no handle that could take several.
      _writev: { value: null },
    });
    this.on('close', () => {
      // Whoever destroys the socket cuts the connection; after an answer there is nothing left to cut.
      if (!call.isAnswered && !call.isCancelled) call.openDownload().break();
    });
  }

  override _write(chunk: Uint8Array | string, encoding: BufferEncoding, done: (error?: Error) => void): void {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
    this.call.openDownload().write(bytes, done);
  }

  override _read(): void {}
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
