import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { globals, type ILog, type NodeExposureHandlers, r, run } from '@bluelibs/runner/node';
import { type NativeExposureHttpConfig, nativeExposure } from '@bluelibs/runner-native';

/** A Runner application that is served natively. */
export interface Exposed {
  readonly handlers: NodeExposureHandlers;
  readonly server: Server;
  readonly port: number;
  /** What it logged, in order. */
  readonly logs: readonly ILog[];
  /** Lets the calls of the task `gate` end. */
  open(): void;
  /** Settles when the next call of `gate` has begun. */
  begun(): Promise<void>;
  dispose(): Promise<void>;
}

/** Starts one with the tasks `echo` and `gate`, and `more`; it is disposed at the end of the test. */
export async function exposed(
  t: TestContext,
  http: NativeExposureHttpConfig = {},
  // biome-ignore lint/suspicious/noExplicitAny: whatever the Runner can register.
  more: any[] = [],
): Promise<Exposed> {
  const logs: ILog[] = [];
  const begun = signal();
  const gate = signal();
  const echo = r
    .task('echo')
    .run(async (input: unknown) => input)
    .build();
  const wait = r
    .task('gate')
    .run(async (input: unknown) => {
      begun.give();
      await gate.given;
      return input;
    })
    .build();
  const tunnel = r
    .resource('tunnel')
    .tags([globals.tags.tunnel])
    .init(async () => ({ mode: 'server', transport: 'http', tasks: [echo, wait] }) as never)
    .build();
  const listener = r
    .resource('listener')
    .dependencies({ logger: globals.resources.logger })
    .init(async (_, { logger }) => logger.onLog((record) => void logs.push(record)))
    .build();
  const exposure = nativeExposure.with({
    http: { listen: { port: 0 }, auth: { allowAnonymous: true }, ...http },
  });
  const app = r
    .resource('app')
    .register([echo, wait, tunnel, listener, exposure, ...more])
    .build();
  const { getResourceValue, dispose } = await run(app, {
    logs: { printThreshold: null },
    shutdownHooks: false,
  });
  let disposed: Promise<void> | undefined;
  const end = (): Promise<void> => {
    disposed ??= dispose();
    return disposed;
  };
  t.after(() => {
    gate.give();
    return end();
  });
  const handlers = await getResourceValue(nativeExposure);
  const server = handlers.server as Server;
  const { port } = server.address() as AddressInfo;
  return { handlers, server, port, logs, open: gate.give, begun: () => begun.given, dispose: end };
}

function signal(): { given: Promise<void>; give: () => void } {
  let give = (): void => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}
