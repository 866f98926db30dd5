import cluster from 'node:cluster';
import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import type { NodeExposureDeps, NodeExposureHandlers, NodeExposureHttpConfig } from '@bluelibs/runner/node';
import { boolean, integer, members } from '../check';
import type { OriginFunction } from '../cors';
import { Listener } from '../listener';
import { log } from '../log';
import type { ListenSettings, Served } from '../served';
import { frontSocket, WorkerLink } from '../worker_link';
import { ExposedApplication } from './application';
import type { NativeOptions, Warn } from './config';
import { ListeningServer } from './http_server';
import type { Runner } from './runner';
import { nativeSettings, readMultipart } from './settings';

const DEFAULT_HOST = '127.0.0.1';

/** What serving is made of. */
export interface Parts {
  runner: Runner;
  deps: NodeExposureDeps;
  /** Without harm. */
  http: NodeExposureHttpConfig & { listen: NonNullable<NodeExposureHttpConfig['listen']> };
  native: NativeOptions;
  /** The genuine handlers, which serve everything that is no listener of ours. */
  handlers: NodeExposureHandlers;
  warn: Warn;
}

/** Serves `http.listen` from Rust threads, or from the front whose worker this is, beside the genuine handlers. */
export async function serveNatively(parts: Parts): Promise<NodeExposureHandlers> {
  const { runner, deps, http, handlers, warn } = parts;
  const native = checked(parts.native);
  const origin = http.cors?.origin;
  const application = new ExposedApplication(runner, deps, deps.logger, {
    basePath: handlers.basePath,
    isOpen: Boolean(http.dangerouslyAllowOpenExposure),
    allowOrigin: typeof origin === 'function' ? (origin as OriginFunction) : undefined,
    formLimits: readMultipart(http.limits?.multipart),
  });
  let closing: Promise<void> | undefined;
  const hasValidators = application.validate !== undefined;
  const settings = nativeSettings(http, native, hasValidators, application.codec, warn);
  // A worker has nothing to do without its front. The Runner takes the signal for the word to dispose its resources.
  let held: NodeJS.Timeout | undefined;
  const left = (): void => {
    if (closing !== undefined) return;
    // A signal holds no process alive: one that has nothing else to do would end before it is heard.
    held = setTimeout(() => {}, 2 ** 31 - 1);
    process.kill(process.pid, 'SIGTERM');
  };
  const front = frontSocket();
  const link = front === undefined ? undefined : new WorkerLink(front, settings, application, left);
  const listener: Served = link ?? new Listener(settings, application);
  const place = readPlace(http.listen, native);
  const { address, ...bound } = await listener.listen(place);
  if (link !== undefined) readyAfterBoot(parts, link);
  // What the stock exposure logs is what it was told; a worker is told nothing of where its front listens.
  const { port, host = DEFAULT_HOST } = front === undefined ? http.listen : { ...bound, host: address };
  log(deps.logger, 'info', 'node.exposure.listen', { basePath: handlers.basePath, port, host });
  const server = new ListeningServer(listener, settings, native.graceMs);
  const close = (): Promise<void> => {
    clearTimeout(held);
    cluster.worker?.off('disconnect', close);
    closing ??= handlers.close().then(() => listener.close(native.graceMs));
    return closing;
  };
  // A worker that is told to disconnect closes its servers, and ends when nothing holds it.
  cluster.worker?.once('disconnect', close);
  return { ...handlers, server: server as unknown as Server, close };
}

/** A worker takes calls when its application has booted. */
function readyAfterBoot({ runner, deps }: Parts, link: WorkerLink): void {
  if (deps.store.isLocked) link.ready();
  else deps.eventManager.addListener(runner.globals.events.ready, async () => link.ready());
}

type CheckedNative = NativeOptions & Required<Pick<NativeOptions, 'ioThreads' | 'reusePort' | 'graceMs'>>;

function checked(given: NativeOptions): CheckedNative {
  const keys = ['ioThreads', 'reusePort', 'limits', 'timeouts', 'graceMs'] as const;
  const options = members('http.native', given, keys) as NativeOptions;
  return {
    ...options,
    ioThreads: integer('http.native.ioThreads', options.ioThreads ?? 1, 1, 64),
    // The stock server shares its port among the workers of a cluster.
    reusePort: boolean('http.native.reusePort', options.reusePort ?? cluster.isWorker),
    graceMs: integer('http.native.graceMs', options.graceMs ?? 10_000, 0, 2 ** 31 - 1),
  };
}

function readPlace(
  { port, host }: { port?: unknown; host?: unknown },
  native: CheckedNative,
): ListenSettings {
  const { ioThreads, reusePort } = native;
  return { host: String(host ?? DEFAULT_HOST), port: readPort(port), reusePort, ioThreads };
}

/**
 * Reads a port as `net.Server` does: digits may stand in a string, none takes a free port.
 *
 * @throws Node's own error.
 */
function readPort(given: unknown): number {
  const port = given === undefined || given === null ? 0 : given;
  const number = typeof port === 'string' && port.trim() !== '' ? Number(port) : port;
  if (typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= 65_535)
    return number;
  new NetServer().listen({ port: port as number });
  throw new TypeError(`http.listen.port must be a port, got ${String(given)}`);
}
