import express from 'express';
import { gateway } from './gateway.ts';

const app = express();
// Before body parsers: the gateway reads bodies itself.
app.use('/api/graphql', gateway.listener);
app.use(express.json());
app.get('/hello', (_request, response) => {
  response.send('Hello');
});

export const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
server.on('upgrade', (request, socket, head) => {
  if (request.url?.startsWith('/api/graphql')) gateway.upgrade(request, socket, head);
  else socket.destroy();
});

process.once('SIGTERM', async () => {
  server.close();
  await gateway.stop();
});
