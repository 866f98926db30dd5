import { r, run } from '@bluelibs/runner/node';
import { nativeExposure } from '@bluelibs/runner-native';
import { nothing, place, placed, shared, tunnel } from '../apps/orders';

/** The server's process of `orders`: prints its port, then each event that it gets, and ends when `stop` is called. */
async function main(): Promise<void> {
  const server = tunnel('orders.tunnel', () => ({
    mode: 'server',
    transport: 'http',
    tasks: [place, nothing, 'orders.tasks.stop'],
    events: [placed],
  }));
  const hook = r
    .hook('orders.hooks.print')
    .on(placed)
    .run(async ({ data, source }) => console.log(JSON.stringify({ data, source })))
    .build();
  const exposure = nativeExposure.with({ http: { listen: { port: 0 }, auth: { token: 'secret' } } });
  let dispose = async (): Promise<void> => {};
  const stop = r
    .task('orders.tasks.stop')
    .run(async () => void setImmediate(() => void dispose()))
    .build();
  const app = r
    .resource('orders')
    .register([...shared, stop, server, hook, exposure])
    .build();
  const runtime = await run(app, { logs: { printThreshold: null }, shutdownHooks: false });
  dispose = () => runtime.dispose();
  const { server: http } = (await runtime.getResourceValue(nativeExposure)) as {
    server: { address(): { port: number } };
  };
  console.log(http.address().port);
}

// The Runner catches what nobody else does; a test wants to hear of it.
main().catch((error) => {
  console.error(error);
  process.exit(1);
});
