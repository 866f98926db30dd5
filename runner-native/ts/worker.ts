import { readTunnelOptions, type TunnelOptions } from './options';
import { Tunnel } from './tunnel';
import { FRONT_SOCKET, frontSocket, WorkerLink } from './worker_link';

export type { TunnelOptions } from './options';
export type { Tunnel } from './tunnel';

/**
 * Serves tasks and events from this process behind `rust-tunnel serve`, which started it. `configure` registers them.
 * Resolves when the front sends calls; the process ends when the front is gone, or has no more use for it.
 *
 * @throws {Error} when the process was not started by the front, or is not taken by it; {TypeError | RangeError} for wrong
 * options.
 */
export async function serveWorker(
  configure: (tunnel: Tunnel) => void | Promise<void>,
  options: TunnelOptions = {},
): Promise<void> {
  const path = frontSocket();
  if (path === undefined) {
    throw new Error(
      `serveWorker: ${FRONT_SOCKET} is not set; start this file with \`rust-tunnel serve --app\``,
    );
  }
  const checked = readTunnelOptions(options);
  const tunnel = new Tunnel(checked);
  await configure(tunnel);
  // A worker has nothing to do without its front.
  const link = new WorkerLink(path, checked.settings, tunnel, () => process.exit(0));
  await link.listen();
  link.ready();
}
