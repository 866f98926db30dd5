/** fastify, with a schema of the answer, from which it compiles what writes it. */
import fastify from 'fastify';
import { announce, KEEP_ALIVE_MS, onTerminate } from '../contenders/child.mjs';
import { add, isWelcome, PATH } from './work.mjs';

const answer = {
  type: 'object',
  properties: { ok: { type: 'boolean' }, result: { type: 'number' } },
};

const app = fastify({ keepAliveTimeout: KEEP_ALIVE_MS });

app.addHook('onRequest', async (request, reply) => {
  if (isWelcome(request.headers['x-runner-token'])) return;
  return reply.code(401).send({ ok: false, error: { message: 'Unauthorized' } });
});

app.post(PATH, { schema: { response: { 200: answer } } }, async ({ body }) => ({
  ok: true,
  result: await add(body.input),
}));

await app.listen({ host: '127.0.0.1', port: 0 });
announce(app.server.address().port);
onTerminate(() => app.close());
