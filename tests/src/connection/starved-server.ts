/** A server that ends when its standard input does. */
import { TunnelServer } from '@bluelibs/runner-native';

const server = new TunnelServer({ port: 0, timeouts: { keepAliveMs: 60_000 } });
server.registerTask('add', ({ a, b }: { a: number; b: number }) => a + b);

void server.listen().then(({ port }) => console.log(port));
process.stdin.resume().once('end', () => void server.close({ graceMs: 0 }));
