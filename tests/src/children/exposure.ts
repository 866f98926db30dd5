/**
 * A Runner application with `nativeExposure`, from the package in the folder that the argument names, or the workspace's.
 * Prints what serves it and what was logged as a warning, and ends.
 */
import { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { globals, type ILog, r, run } from '@bluelibs/runner/node';

const { nativeExposure } = require(
  process.argv[2] ?? '@bluelibs/runner-native',
) as typeof import('@bluelibs/runner-native');

async function main(): Promise<void> {
  const logs: ILog[] = [];
  const listener = r
    .resource('listener')
    .dependencies({ logger: globals.resources.logger })
    .init(async (_, { logger }) => logger.onLog((record) => void logs.push(record)))
    .build();
  const exposure = nativeExposure.with({ http: { listen: { port: 0 }, auth: { token: ['secret', ''] } } });
  const app = r.resource('app').register([listener, exposure]).build();
  let outcome: object;
  try {
    const { getResourceValue, dispose } = await run(app, {
      logs: { printThreshold: null },
      shutdownHooks: false,
    });
    const { server } = await getResourceValue(nativeExposure);
    const { port } = (server as Server).address() as AddressInfo;
    const { status } = await fetch(`http://127.0.0.1:${port}/__runner/task/x`, { method: 'POST' });
    outcome = { stock: server instanceof Server, status };
    await dispose();
  } catch (error) {
    outcome = { error: (error as Error).message };
  }
  const warnings = logs
    .filter(({ level }) => level === 'warn')
    .map(({ message, error, data }) => ({ message, error: error?.message, data }));
  console.log(JSON.stringify({ ...outcome, warnings }));
}

// The Runner catches what nobody else does; a test wants to hear of it.
main().catch((error) => {
  console.error(error);
  process.exit(1);
});
