/**
 * What the front starts as its worker while the worker is the test itself: carries bytes between the front's socket and one
 * of its own, to which the test's exposure connects.
 */
import { mkdirSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';

const { RUNNER_TUNNEL_SOCKET = '', CONTRACT_SOCKET = '' } = process.env;

// Only once: the test has no second exposure, and a front whose worker has left starts another one.
mkdirSync(`${CONTRACT_SOCKET}.taken`);
const server = createServer((exposure) => {
  server.close();
  const front = connect(RUNNER_TUNNEL_SOCKET);
  join(exposure, front);
  join(front, exposure);
});
server.listen(CONTRACT_SOCKET, () => console.log('relays'));

function join(from: Socket, to: Socket): void {
  from.pipe(to);
  from.on('error', () => {}).on('close', () => to.destroySoon());
}
