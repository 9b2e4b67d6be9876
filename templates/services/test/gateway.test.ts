// The gateway without its services: the graph composes, and the clients' documents fit it. npm test
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createGateway, loadClients } from 'concierge-gateway';
import config from '../gateway.config.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));
const clients = await loadClients(`${folder}/clients`);
const gateway = createGateway({ ...config, log: { level: 'silent' } }, { folder, clients: [...clients.values()] });
after(() => gateway.stop());

test('the gateway serves the graph', async () => {
  const { json } = await gateway.inject({ query: '{ __typename }' });
  assert.deepEqual(json(), { data: { __typename: 'Query' } });
});
