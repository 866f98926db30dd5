// A Runner application that opens two tasks and an event to other processes. Its tasks run on this thread; HTTP is
// served by Rust threads. With `nodeExposure` from '@bluelibs/runner/node' in its place it would answer the same.
const { globals, r, run } = require('@bluelibs/runner/node');
const { nativeExposure } = require('@bluelibs/runner-native');

const port = Number(process.env.PORT ?? 7070);
const token = process.env.RUNNER_TOKEN ?? 'secret';

const soldOut = r
  .error('app.errors.soldOut')
  .httpCode(409)
  .format(({ item }) => `${item} is sold out`)
  .build();
const stock = new Map([
  ['pen', 2],
  ['book', 1],
]);

const add = r
  .task('app.tasks.add')
  .run(async ({ a, b }) => a + b)
  .build();

const bought = r.event('app.events.bought').build();

const buy = r
  .task('app.tasks.buy')
  .dependencies({ bought })
  .run(async ({ item }, { bought }) => {
    const left = stock.get(item) ?? 0;
    if (left === 0) soldOut.throw({ item });
    stock.set(item, left - 1);
    await bought({ item });
    return { item, left: left - 1, at: new Date() };
  })
  .build();

const tell = r
  .hook('app.hooks.tell')
  .on(bought)
  .run(async ({ data }) => console.log(`somebody bought a ${data.item}`))
  .build();

// Says what may be called from outside.
const tunnel = r
  .resource('app.resources.tunnel')
  .tags([globals.tags.tunnel])
  .init(async () => ({ mode: 'server', transport: 'http', tasks: [add, buy], events: [bought] }))
  .build();

const exposure = nativeExposure.with({ http: { listen: { port }, auth: { token } } });

const app = r.resource('app').register([soldOut, add, buy, bought, tell, tunnel, exposure]).build();

async function main() {
  const { getResourceValue } = await run(app, { logs: { printThreshold: 'warn' } });
  const { server, basePath } = await getResourceValue(nativeExposure);
  const { address, port: bound } = server.address();
  const url = `http://${address}:${bound}${basePath}`;
  const call = `curl -X POST -H 'x-runner-token: ${token}' ${url}`;
  console.log(`
Listening on ${url} (Ctrl-C ends). Try, in another terminal:

  ${call}/task/app.tasks.add -d '{"input":{"a":5,"b":3}}'
  ${call}/task/app.tasks.buy -d '{"input":{"item":"book"}}'
  ${call}/event/app.events.bought -d '{"payload":{"item":"pen"}}'
  curl -H 'x-runner-token: ${token}' ${url}/discovery
`);
}

main().catch((error) => {
  console.error(error.code === 'EADDRINUSE' ? `${error.message} (set PORT to another one)` : error);
  process.exitCode = 1;
});
