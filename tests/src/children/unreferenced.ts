/** A Runner application whose listener is all that could keep the process, and does not. */
import { r, run } from '@bluelibs/runner/node';
import { nativeExposure } from '@bluelibs/runner-native';

async function main(): Promise<void> {
  const exposure = nativeExposure.with({ http: { listen: { port: 0 } } });
  const app = r.resource('app').register([exposure]).build();
  const { getResourceValue } = await run(app, { logs: { printThreshold: null }, shutdownHooks: false });
  const { server } = await getResourceValue(nativeExposure);
  server?.ref();
  server?.unref();
}

// The Runner catches what nobody else does; a test wants to hear of it.
main().catch((error) => {
  console.error(error);
  process.exit(1);
});
