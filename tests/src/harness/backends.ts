import { after, before } from 'node:test';
import { type Stats, TunnelServer } from '@bluelibs/runner-native';
import { type AppName, apps } from '../apps/apps';
import { type VariantName, variants } from '../apps/variants';
import { startFront } from './front';
import { Logs, plainLogger } from './logs';

/** A server under test. */
export interface Running {
  readonly port: number;
  readonly logs: Logs;
  /** Only where it runs in this process. */
  stats?(): Stats;
  stop(): Promise<void>;
}

/** A place where handlers can run. */
export interface Backend {
  readonly name: string;
  start(app: AppName, variant: VariantName): Promise<Running>;
}

const native: Backend = {
  name: 'native',
  async start(app, variant) {
    const logs = new Logs();
    const logger = plainLogger((record) => logs.add(record));
    const server = new TunnelServer({ port: 0, ...variants[variant](logger.note), logger });
    await apps[app](server, logger.note);
    const { port } = await server.listen();
    return { port, logs, stats: () => server.stats(), stop: () => server.close({ graceMs: 0 }) };
  },
};

const workers: Backend = { name: 'workers', start: startFront };

/** Every end-to-end test runs on each of these. */
export const backends: readonly Backend[] = [native, workers];

/** One server for all tests of the surrounding `describe`. */
export function shared(
  backend: Backend,
  app: AppName,
  variant: VariantName = 'plain',
): Omit<Running, 'stop'> {
  let running: Running | undefined;
  const now = (): Running => {
    if (running === undefined) throw new Error('the server has not started');
    return running;
  };
  before(async () => {
    running = await backend.start(app, variant);
  });
  after(() => running?.stop());
  return {
    get port() {
      return now().port;
    },
    get logs() {
      return now().logs;
    },
    stats: () => now().stats?.() as Stats,
  };
}
