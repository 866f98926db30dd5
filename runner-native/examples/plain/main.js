// Two tasks and an event, served by Rust threads and run on this one.
const { TunnelServer } = require('@bluelibs/runner-native');

const port = Number(process.env.PORT ?? 7070);

async function main() {
  const server = new TunnelServer(port);
  server.registerTask('app.tasks.add', ({ a, b }) => a + b);
  server.registerTask('app.tasks.greet', async ({ name = 'world' }, context) => {
    return { text: `Hello, ${name}!`, requestId: context.requestId };
  });
  server.registerEvent('app.events.notify', (payload) => console.log('app.events.notify', payload));

  const { address, port: bound } = await server.listen();
  const url = `http://${address}:${bound}/__runner`;
  console.log(`
Listening on ${url} (Ctrl-C ends). Try, in another terminal:

  curl -X POST ${url}/task/app.tasks.add -d '{"input":{"a":5,"b":3}}'
  curl -X POST ${url}/task/app.tasks.greet -d '{"input":{"name":"Ada"}}'
  curl -X POST ${url}/event/app.events.notify -d '{"payload":{"hello":true}}'
  curl ${url}/discovery
`);

  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, async () => {
      await server.close({ graceMs: 2_000 });
      console.log('closed');
    });
  }
}

main().catch((error) => {
  console.error(error.code === 'EADDRINUSE' ? `${error.message} (set PORT to another one)` : error);
  process.exitCode = 1;
});
