import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NodeExposureHandlers } from '@bluelibs/runner/node';
import { r, run } from '@bluelibs/runner/node';
import { type Parts, parts, type Tunnel, tunnelResource } from './app';
import { logs } from './app/logs';
import { behindFront } from './front';
import { Notes } from './notes';
import { type Setting, TOKEN } from './setting';
import { isFront, type Subject, stock } from './subjects';

/** One running app with its exposure. */
export interface Side {
  readonly name: 'stock' | 'ours';
  /** Whether its HTTP server is a front. */
  readonly isBehind: boolean;
  readonly port: number;
  readonly notes: Notes;
  readonly parts: Parts;
  readonly tunnels: Tunnel[];
  readonly handlers: NodeExposureHandlers;
  /** The id of the exposure's resource. */
  readonly id: string;
  readonly runtime: Awaited<ReturnType<typeof run>>;
  stop(): Promise<void>;
}

/** Runs of tests: they print nothing and leave the process alone. */
export const QUIETLY: Parameters<typeof run>[1] = {
  logs: { printThreshold: null, bufferLogs: true },
  errorBoundary: false,
  shutdownHooks: false,
};

/** Starts the app of a setting with the exposure of a subject. */
export async function startSide(subject: Subject, setting: Setting, notes = new Notes()): Promise<Side> {
  const isDelegated = setting.form === 'delegated';
  const all = parts(notes.note);
  const tunnels = setting.tunnels?.(all) ?? [everything(all)];
  const given = setting.http?.() ?? {};
  const http = { ...(!isDelegated && { listen: { port: 0 } }), auth: { token: TOKEN }, ...given };
  const exposure = subject.exposure.with({ http });
  const boot = booting(setting, exposure.resource);
  const app = r
    .resource('contract.app')
    .register([
      logs(notes),
      ...all.registered,
      ...(setting.tunnelsLast === true
        ? [boot, ...tunnels.map((tunnel, at) => tunnelResource(tunnel, at, { boot }))]
        : [...tunnels.map((tunnel, at) => tunnelResource(tunnel, at, {})), boot]),
      ...(setting.extra?.(notes.note) ?? []),
      exposure,
      ...(setting.later?.() ?? []),
    ])
    .overrides(setting.overrides?.(notes.note) ?? [])
    .build();
  const isBehind = isFront && subject.name === 'ours' && !isDelegated && !http.server;
  const { value: runtime, front } = await behindFront(isBehind, () =>
    run(app, { ...QUIETLY, lazy: setting.lazy ?? false }),
  );
  const handlers = runtime.getResourceValue(exposure.resource) as NodeExposureHandlers;
  const created =
    isDelegated && handlers.server === null ? await listening(handlers.createServer()) : undefined;
  const address = (created ?? handlers.server)?.address() as AddressInfo | null | undefined;
  const side: Side = {
    name: subject.name,
    isBehind,
    port: address?.port ?? 0,
    notes,
    parts: all,
    tunnels,
    handlers,
    id: exposure.resource.id,
    runtime: runtime as Side['runtime'],
    async stop() {
      if (created !== undefined) {
        created.closeAllConnections();
        created.close();
      }
      // Its dispose would wait for them for ever.
      if (subject.exposure.id === stock.exposure.id) handlers.server?.closeAllConnections();
      await runtime.dispose();
      await front?.stop();
    },
  };
  await setting.started?.(side);
  return side;
}

/** Does what a setting wants done while the app starts; without it, waits for nothing. */
function booting({ booting }: Setting, exposure: Subject['exposure']) {
  return r
    .resource('contract.boot')
    .dependencies((booting === undefined ? {} : { exposure }) as { exposure: Subject['exposure'] })
    .init(async (_config, deps) => {
      const address = deps.exposure?.server?.address() as AddressInfo | undefined;
      await booting?.(address?.port ?? 0);
    })
    .build();
}

export function everything({ taskIds, eventIds }: Parts): Tunnel {
  return { mode: 'server', transport: 'http', tasks: taskIds, events: eventIds };
}

export async function listening(server: Server): Promise<Server> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}
