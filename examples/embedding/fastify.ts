import Fastify from 'fastify';
import { gateway } from './gateway.ts';

export const app = Fastify();

app.register(async (graphql) => {
  // The gateway reads bodies itself: here, nothing else does.
  graphql.removeAllContentTypeParsers();
  graphql.addContentTypeParser('*', (_request, _body, done) => done(null));
  for (const url of ['/api/graphql', '/api/graphql/*']) {
    graphql.all(url, (request, reply) => {
      reply.hijack();
      return gateway.listener(request.raw, reply.raw);
    });
  }
});
app.server.on('upgrade', gateway.upgrade);
app.addHook('onClose', async () => {
  await gateway.stop();
});

await app.listen({ port: Number(process.env.PORT ?? 3000) });
