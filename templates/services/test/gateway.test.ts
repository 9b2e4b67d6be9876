// The gateway without its services: the graph composes, and the clients' documents fit it. npm test
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createGateway, type Gateway, loadClients } from 'concierge-gateway';
import config from '../gateway.config.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));
let gateway: Gateway;
let url: string;

before(async () => {
  const clients = await loadClients(`${folder}/clients`);
  gateway = createGateway({ ...config, port: 0, log: { level: 'silent' } }, { folder, clients: [...clients.values()] });
  url = await gateway.start();
});
after(async () => {
  await gateway.stop();
});

test('the gateway starts, and serves the graph', async () => {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: '{"query":"{ __typename }"}' });
  assert.deepEqual(await response.json(), { data: { __typename: 'Query' } });
});
