// The gateway over the example service, without a port of its own: npm test
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createGateway, loadClients } from 'concierge-gateway';
import config from '../gateway.config.ts';
import { startBooks } from '../services/books.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));
const clients = await loadClients(`${folder}/clients`);
const service = await startBooks(0);
const { port } = service.address() as AddressInfo;
const books = { ...config.subgraphs?.books, url: `http://127.0.0.1:${port}/graphql` };
const gateway = createGateway(
  { ...config, log: { level: 'silent' }, subgraphs: { ...config.subgraphs, books } },
  { folder, clients: [...clients.values()] },
);
after(async () => {
  await gateway.stop();
  service.close();
});

test('a book comes from its service', async () => {
  const query = 'query Book($id: ID!) { book(id: $id) { title author } }';
  const { json } = await gateway.inject({ query, variables: { id: 'b1' } });
  assert.deepEqual(json(), { data: { book: { title: 'Middlemarch', author: 'George Eliot' } } });
});

test('the client web sends a trusted document by its id', async () => {
  const manifest = readFileSync(`${folder}/clients/web/generated/documents.json`, 'utf8');
  const { operations } = JSON.parse(manifest) as { operations: { id: string; name: string }[] };
  const documentId = operations.find(({ name }) => name === 'Books')?.id ?? '';
  const { json } = await gateway.inject({ path: '/graphql/web', documentId });
  const { data } = json<{ data: { books: { title: string }[] } }>();
  assert.deepEqual(
    data.books.map(({ title }) => title),
    ['Middlemarch', 'Germinal'],
  );
});
