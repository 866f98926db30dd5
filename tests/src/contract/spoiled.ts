/** A stock side that does one thing wrong, to see that a duel notices. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type LogNote, Notes } from './notes';
import type { Setting } from './setting';
import { type Side, startSide } from './side';
import { stock } from './subjects';

/** What goes wrong between the server and the client, or in what is noted. */
export interface Spoil {
  /** Changes what the server sends. */
  readonly bytes?: (text: string) => string;
  /** Ends the connection behind an answer. */
  readonly ends?: boolean;
  readonly seen?: (line: string) => string;
  readonly log?: (record: LogNote) => LogNote | undefined;
}

export async function startSpoiled(spoil: Spoil, setting: Setting): Promise<Side> {
  const side = await startSide(stock, setting, new SpoiledNotes(spoil));
  const sockets = new Set<Socket>();
  const proxy = createServer({ allowHalfOpen: true }, (client) => {
    const server = connect({ port: side.port, host: '127.0.0.1', allowHalfOpen: true });
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    }
    client.pipe(server);
    client.on('close', () => server.destroy());
    server.on('data', (chunk) => {
      client.write(spoil.bytes?.(chunk.toString('latin1')) ?? chunk, 'latin1');
      if (spoil.ends === true) client.end();
    });
    server.on('end', () => client.end());
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  return {
    ...side,
    port: (proxy.address() as AddressInfo).port,
    async stop() {
      for (const socket of sockets) socket.destroy();
      proxy.close();
      await side.stop();
    },
  };
}

class SpoiledNotes extends Notes {
  constructor(private readonly spoil: Spoil) {
    super();
  }

  override since(mark: Parameters<Notes['since']>[0]): ReturnType<Notes['since']> {
    const { seen, logs } = super.since(mark);
    const { spoil } = this;
    return {
      seen: seen.map((line) => spoil.seen?.(line) ?? line),
      logs: spoil.log === undefined ? logs : logs.flatMap((record) => spoil.log?.(record) ?? []),
    };
  }
}
