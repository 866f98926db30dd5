/** The same in TypeScript, compiled to CommonJS. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpClient, globals, r, run, Serializer, type TunnelRunner } from '@bluelibs/runner/node';
import { type NativeExposureConfig, nativeExposure } from '@bluelibs/runner-native';
import type { TunnelOptions } from '@bluelibs/runner-native/worker';

const add = r
  .task('app.tasks.add')
  .run(async ({ a, b }: { a: number; b: number }) => a + b)
  .build();
const tunnel = r
  .resource('app.tunnel')
  .tags([globals.tags.tunnel])
  .init(async (): Promise<TunnelRunner> => ({ mode: 'server', transport: 'http', tasks: [add] }))
  .build();
const auth: TunnelOptions['auth'] & { token: string } = { token: 'secret' };
const config: NativeExposureConfig = { http: { listen: { port: 0 }, auth } };
const app = r
  .resource('app')
  .register([add, tunnel, nativeExposure.with(config)])
  .build();

async function main(): Promise<void> {
  const { dispose, getResourceValue } = await run(app, { logs: { printThreshold: 'warn' } });
  const { basePath, server } = await getResourceValue(nativeExposure);
  const { port } = (server as Server).address() as AddressInfo;
  const baseUrl = `http://127.0.0.1:${port}${basePath}`;
  const client = createHttpClient({ baseUrl, auth, serializer: new Serializer() });
  const sum: number = await client.task('app.tasks.add', { a: 5, b: 3 });
  console.log(`5 + 3 = ${sum}`);
  await dispose();
}

void main();
