// The gateway over the example service, both on free ports: npm test
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createGateway, type Gateway, loadClients } from 'concierge-gateway';
import config from '../gateway.config.ts';
import { startBooks } from '../services/books.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(`${folder}/clients/web/generated/documents.json`, 'utf8')) as {
  operations: { id: string; name: string }[];
};
const service = await startBooks(0);
let gateway: Gateway;
let url: string;

before(async () => {
  const { port } = service.address() as AddressInfo;
  const books = { ...config.subgraphs?.books, url: `http://127.0.0.1:${port}/graphql` };
  const clients = await loadClients(`${folder}/clients`);
  gateway = createGateway(
    { ...config, port: 0, log: { level: 'silent' }, subgraphs: { ...config.subgraphs, books } },
    { folder, clients: [...clients.values()] },
  );
  url = await gateway.start();
});
after(async () => {
  await gateway.stop();
  service.close();
});

async function post(path: string, request: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(request) });
  return response.json();
}

test('a book comes from its service', async () => {
  const query = 'query Book($id: ID!) { book(id: $id) { title author } }';
  assert.deepEqual(await post('/graphql', { query, variables: { id: 'b1' } }), {
    data: { book: { title: 'Middlemarch', author: 'George Eliot' } },
  });
});

test('the client web sends a trusted document by its id', async () => {
  const documentId = manifest.operations.find(({ name }) => name === 'Books')?.id;
  const { data } = (await post('/graphql/web', { documentId })) as { data: { books: { title: string }[] } };
  assert.deepEqual(
    data.books.map(({ title }) => title),
    ['Middlemarch', 'Germinal'],
  );
});
