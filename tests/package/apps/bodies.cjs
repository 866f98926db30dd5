// A TunnelServer without a Runner: takes a file, streams an answer, and hears that a client has left.
const { once } = require('node:events');
const { Readable } = require('node:stream');
const { TunnelServer } = require('@bluelibs/runner-native');

const MIB = 1024 * 1024;

async function main() {
  const server = new TunnelServer({ port: 0, auth: { token: 'secret' } });
  const { port } = await server.listen();
  const call = (id, init) =>
    fetch(`http://127.0.0.1:${port}/__runner/task/${id}`, {
      method: 'POST',
      ...init,
      headers: { 'x-runner-token': 'secret', ...init.headers },
    });

  server.registerTask('measure', async ({ file }) => {
    let bytes = 0;
    for await (const chunk of file.stream()) bytes += chunk.length;
    return bytes;
  });
  const form = new FormData();
  const input = { file: { $runnerFile: 'File', id: 'a', meta: { name: 'a.bin' } } };
  form.set('__manifest', JSON.stringify({ input }));
  form.set('file:a', new Blob([new Uint8Array(MIB)]), 'a.bin');
  const { result: uploaded } = await (await call('measure', { body: form })).json();

  server.registerTask('stream', () =>
    Readable.from(Array.from({ length: 16 }, () => Buffer.alloc(MIB / 16))),
  );
  const { byteLength: downloaded } = await (await call('stream', { body: '{}' })).arrayBuffer();

  const leaving = new AbortController();
  const left = new Promise((resolve) => {
    server.registerTask('wait', async (_, { signal }) => {
      leaving.abort();
      if (!signal.aborted) await once(signal, 'abort');
      resolve('heard of an abort');
    });
  });
  const outcome = await call('wait', { body: '{}', signal: leaving.signal }).catch(() => left);

  await server.close();
  console.log(`${uploaded} bytes up, ${downloaded} down, ${outcome}`);
}

main();
