// Bounds of errors: however many a service reports, and however many places miss one entity, a response has a hundred,
// and one that counts the others.
import { expect, test } from 'vitest';
import { type ServedGraph, serveGraph } from './served-graph.ts';

const catalogue = 'type Query { items: [Item] item: Item } type Item { id: ID! name: String strict: String! }';
const stock = `
  type Query { _items(ids: [ID!]!): [Item] @merge(keyField: "id") }
  type Item { id: ID! size: Int }
`;
const fields = {
  schema: 'type Query { counts: [Int] }',
  resolvers: { Query: { counts: () => times(250, () => 'private remark') } },
};

const serve = (): Promise<ServedGraph> => serveGraph({ services: { catalogue, stock }, fields });

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
const failure = (message: string, ...path: unknown[]) => ({ message, path, extensions: { code: 'OWN' } });

const omitted = (count: number) => ({
  message: `${count} more errors are not shown.`,
  extensions: { code: 'ERRORS_OMITTED', omitted: count },
});

test.each<[what: string, returned: () => unknown, query: string, total: number]>([
  [
    'errors without a path',
    () => ({ data: { items: [] }, errors: times(5_000, (at) => failure(`e${at}`)) }),
    '{ items { name } }',
    5_000,
  ],
  [
    'errors without data',
    () => ({ errors: times(5_000, (at) => ({ message: `e${at}`, extensions: { code: 'OWN' } })) }),
    '{ items { name } }',
    5_000,
  ],
  [
    'errors at fields',
    () => ({
      data: { items: times(5_000, () => ({ name: null })) },
      errors: times(5_000, (at) => failure('e', 'items', at, 'name')),
    }),
    '{ items { name } }',
    5_000,
  ],
  [
    'errors at values',
    () => ({
      data: { items: times(5_000, () => ({ name: 'x' })) },
      errors: times(5_000, (at) => failure('e', 'items', at, 'name')),
    }),
    '{ items { name } }',
    5_000,
  ],
  [
    'nulls that are not allowed',
    () => ({ data: { items: times(5_000, () => ({ strict: null })) } }),
    '{ items { strict } }',
    5_000,
  ],
  [
    'places of one entity that is missing',
    () => ({ data: { items: times(5_000, () => ({ id: '1' })) } }),
    '{ items { size } }',
    5_000,
  ],
])('of %s', async (_what, returned, query, total) => {
  const graph = await serve();
  graph.services.catalogue!.returns = returned;
  graph.services.stock!.returns = () => ({ errors: [failure('down')] });
  const { errors } = await graph.query(query);
  expect(errors).toHaveLength(101);
  expect(errors?.at(-1)).toEqual(omitted(total - 100));
  const shown = errors?.slice(0, 100).map(({ path, message }) => `${path} ${message}`);
  expect(new Set(shown).size).toBe(100);
});

test('of values of own fields', async () => {
  const graph = await serve();
  const { errors, text } = await graph.query('{ counts }');
  expect(errors).toHaveLength(101);
  expect(errors?.at(-1)).toEqual(omitted(150));
  expect(text).not.toContain('private remark');
});

test('a hundred are shown, and none counted', async () => {
  const graph = await serve();
  graph.services.catalogue!.returns = () => ({
    data: { items: [] },
    errors: times(100, (at) => failure(`e${at}`)),
  });
  const { errors } = await graph.query('{ items { name } }');
  expect(errors?.map(({ message }) => message)).toEqual(times(100, (at) => `e${at}`));
});
