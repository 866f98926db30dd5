import type { TestContext } from 'node:test';
import { TunnelServer, type TunnelServerOptions } from '@bluelibs/runner-native';
import { gates } from '../apps/gates';
import { begun } from './begun';
import { Logs, plainLogger } from './logs';
import type { RawConnection } from './raw';

/** A server in this process with the tasks of the application `gates`, not listening yet. */
export interface Gated {
  readonly server: TunnelServer;
  readonly logs: Logs;
}

/** Makes one; it is closed at the end of the test. */
export function gated(t: TestContext, options: Partial<TunnelServerOptions> = {}): Gated {
  const logs = new Logs();
  const logger = plainLogger((record) => logs.add(record));
  const server = new TunnelServer({ port: 0, logger, ...options });
  gates(server, logger.note);
  t.after(() => server.close({ graceMs: 0 }));
  return { server, logs };
}

/** Opens a connection, starts a task over it, and waits until its handler runs. */
export async function begin(
  t: TestContext,
  { server, logs }: Gated,
  id: string,
  name: string,
): Promise<RawConnection> {
  const connection = await begun({ port: server.address()?.port ?? 0, logs }, id, name);
  t.after(() => connection.leave());
  return connection;
}
