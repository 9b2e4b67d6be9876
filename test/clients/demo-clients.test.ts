// The demo's clients over the demo's graph.
import { fileURLToPath } from 'node:url';
import { parse, print, validate } from 'graphql';
import { afterAll, expect, test } from 'vitest';
import { type Client, loadClients } from '../../gateway/client-views/load-clients.ts';
import { buildView } from '../../gateway/client-views/view.ts';
import { openComposition } from '../../gateway/composition.ts';
import { checkConfig } from '../../gateway/config/load.ts';
import { readTrustedDocuments } from '../../gateway/persisted-documents/trusted-documents.ts';
import demo from '../../gateway.config.ts';

const root = new URL('../../', import.meta.url);
const composition = openComposition(checkConfig({ ...demo, redis: undefined }), fileURLToPath(root));
const graph = composition.compose();
afterAll(() => composition.close());
const clients = await loadClients(fileURLToPath(new URL('clients', root)));
const viewOf = (name: string) => buildView(graph, (clients.get(name) as Client).definition, name);

test('admin sees the whole graph', () => {
  const { sdl: text, hiddenTypes } = viewOf('admin');
  expect(text).toBe(graph.sdl);
  expect(hiddenTypes.size).toBe(0);
});

test('web has its own names and nothing of the order desk', () => {
  const view = viewOf('web');
  expect(view.sdl).toContain('type Customer implements Node {');
  expect(view.sdl).not.toMatch(/setStock|capturePayment|SearchResult|UserConnection|\bUser\b/);
  const document = parse('{ profile { customerSince wishlist(limit: 1) { id } orders { nodes { buyer { name } } } } }');
  expect(validate(view.schema, document)).toEqual([]);
  expect(print(view.mapDocument(document)).replace(/\s+/g, ' ')).toBe(
    '{ profile { customerSince: createdAt wishlist: saved(first: 1) { id } orders { nodes { buyer: customer { name } } } } }',
  );
});

test('mobile is small and changes nothing', () => {
  const view = viewOf('mobile');
  expect(view.schema.getMutationType()).toBeUndefined();
  expect(view.sdl.length).toBeLessThan(graph.sdl.length / 2);
  expect(Object.keys(view.schema.getQueryType()?.getFields() ?? {})).toEqual([
    'order',
    'product',
    'products',
    'profile',
  ]);
  expect(view.viewCoordinate('User.email')).toBeNull();
  expect(view.sdl).toContain('orders(after: String, first: Int = 10): OrderConnection');
});

test.each([...clients.keys()])('the operations of %s are valid for its view', (name) => {
  const { folder, definition } = clients.get(name) as Client;
  const { documents } = readTrustedDocuments(folder, definition.clientDirectives);
  expect(documents.length).toBeGreaterThan(0);
  for (const { body } of documents) expect(validate(viewOf(name).schema, parse(body))).toEqual([]);
});
