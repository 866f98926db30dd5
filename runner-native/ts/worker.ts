import { connect } from 'node:net';
import { Dispatcher } from './dispatcher';
import { HEADER, Kind, putHeader, VERSION, wholeFrames } from './frames';
import { readTunnelOptions, type TunnelOptions } from './options';
import { Tunnel } from './tunnel';

export type { TunnelOptions } from './options';
export type { Tunnel } from './tunnel';

/** Where the front listens for its workers. */
const SOCKET = 'RUNNER_TUNNEL_SOCKET';

/**
 * Serves tasks and events from this process behind `rust-tunnel serve`, which started it. `configure` registers them.
 *
 * @throws {Error} when the process was not started by the front; {TypeError | RangeError} for wrong options.
 */
export async function serveWorker(
  configure: (tunnel: Tunnel) => void | Promise<void>,
  options: TunnelOptions = {},
): Promise<void> {
  const path = process.env[SOCKET];
  if (path === undefined) {
    throw new Error(`serveWorker: ${SOCKET} is not set; start this file with \`rust-tunnel serve --app\``);
  }
  const checked = readTunnelOptions(options);
  const tunnel = new Tunnel(checked);
  await configure(tunnel);

  const socket = connect(path);
  // A worker has nothing to do without its front.
  const leave = (): void => process.exit(0);
  socket.on('error', leave).on('close', leave);
  const dispatcher = new Dispatcher(
    tunnel,
    {
      send: (buffer, length) => {
        socket.write(Buffer.from(buffer.subarray(0, length)));
      },
    },
    leave,
  );
  socket.on('connect', () => socket.write(hello(JSON.stringify(checked.settings))));

  let rest = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    const buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = wholeFrames(buffer, buffer.length);
    rest = buffer.subarray(whole);
    if (whole > 0) dispatcher.receive(buffer, whole);
  });
}

function hello(settings: string): Buffer {
  const length = Buffer.byteLength(settings);
  const frame = Buffer.alloc(HEADER + length);
  putHeader(frame, 0, Kind.Hello, 0, VERSION, 0, length);
  frame.write(settings, HEADER);
  return frame;
}
