/** An ordinary Runner app, for `rust-tunnel serve` to start as a worker. */

import { setImmediate as turn } from 'node:timers/promises';
import { globals, r, run } from '@bluelibs/runner/node';
import { nativeExposure } from '@bluelibs/runner-native';

const look = r
  .task('look')
  .dependencies({ exposure: nativeExposure })
  .run(async (_, { exposure }) => ({
    address: exposure.server?.address(),
    pid: process.pid,
    hasAddon: Object.keys(require.cache).some((file) => file.endsWith('.node')),
  }))
  .build();

let leave = (): unknown => undefined;
const stop = r
  .task('stop')
  .run(async () => {
    leave();
    return 'stops';
  })
  .build();

const tunnel = r
  .resource('tunnel')
  .tags([globals.tags.tunnel])
  .init(async () => ({ mode: 'server' as const, transport: 'http' as const, tasks: ['look', 'stop'] }))
  .build();

const store = r
  .resource('store')
  .init(async () => 'open')
  .dispose(async () => console.log('the store is closed'))
  .build();

/** The app goes on booting when the front knows it already. */
const slow = r
  .resource('slow')
  .dependencies({ exposure: nativeExposure })
  .init(async () => {
    for (let turns = 0; turns < 10_000; turns += 1) await turn();
  })
  .build();

// A port that nobody could listen on: it is the front's business.
const exposure = nativeExposure.with({ http: { listen: { port: 1 }, auth: { token: 'secret' } } });
const app = r.resource('app').register([store, look, stop, tunnel, exposure, slow]).build();

void run(app, { logs: { printThreshold: null } }).then((runtime) => {
  leave = () => runtime.dispose();
});
