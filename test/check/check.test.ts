// `concierge check`, over files of its own: the effect of a change of the graph on clients.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { concierge, root } from '../harness/gateway.ts';
import { project as projectOf } from './project.ts';

const shop = `type Query {
  product(id: ID!): Product
  products(first: Int, category: Category): [Product!]!
  _products(ids: [ID!]!): [Product]! @merge(keyField: "id")
}
type Mutation { order(input: OrderInput!): Product }
type Product { id: ID!  name: String!  rating: Float  weight: Int  category: Category }
enum Category { AUDIO  BOOKS }
input OrderInput { productId: ID! }
`;

const operations = `query Page($id: ID!) {
  product(id: $id) {
    ...Card
  }
}

mutation Order($input: OrderInput!) {
  order(input: $input) { id }
}

fragment Card on Product {
  id
  name
  rating
}
`;

const client = (definition: string) => `export default ${definition};`;

const project = (files: Record<string, string>, settings: object = {}) =>
  projectOf({ 'shop.graphql': shop, ...files }, settings);

test('a field that an operation selects cannot go: the operation is named with file, line and column', async () => {
  const at = project({ 'clients/web/operations/page.graphql': operations });
  const { code, output } = await at.check(shop.replace('rating: Float  ', ''));
  expect(code).toBe(1);
  expect(output).toBe(
    [
      'The graph: 1 breaking change',
      "  breaking   Product.rating: Field 'rating' was removed from object type 'Product'",
      '             used by web Page',
      '',
      'web: 1 of 2 operations breaks; its view has 1 breaking change',
      '  clients/web/operations/page.graphql:14:3 Page: Cannot query field "rating" on type "Product".',
      '',
      'This breaks web.',
      '',
    ].join('\n'),
  );
});

test('a breaking change that no operation uses may go', async () => {
  const at = project({ 'clients/web/operations/page.graphql': operations });
  const { code, output } = await at.check(shop.replace('weight: Int  ', '').replace('first: Int, ', ''));
  expect(code).toBe(0);
  expect(output).toContain('Breaking, and used by no operation of a client:\n  breaking   Product.weight');
  expect(output).toContain('  breaking   Query.products(first:): Argument');
  expect(output).toContain('web: 2 operations, none breaks');
  expect(output).toContain('\nNothing breaks.\n');
});

test('a change that leaves operations valid and breaks them all the same is found: other types, and variables that no longer fit', async () => {
  const at = project({ 'clients/web/operations/page.graphql': operations });
  const { code, output } = await at.check(
    shop.replace('name: String!', 'name: String').replace('productId: ID!', 'productId: ID!  gift: Boolean!'),
  );
  expect(code).toBe(1);
  expect(output).toContain("page.graphql:13:3 Page: Field 'Product.name' changed type from 'String!' to 'String'");
  expect(output).toContain("page.graphql:7:16 Order: Input field 'gift' of type 'Boolean!' was added");
  expect(output).toContain('web: 2 of 2 operations break');
});

test('the JSON output has a stable shape', async () => {
  const at = project({
    'clients/web/operations/page.graphql': operations,
    'clients/mobile/documents/1.0.json': JSON.stringify({ abc: 'query Old { products { weight } }' }),
    '.concierge/usage.json': JSON.stringify({
      version: 1,
      records: [
        {
          client: 'partner',
          version: '7',
          operation: 'Weights',
          coordinate: 'Product.weight',
          firstSeen: '2026-11-01',
          lastSeen: '2026-11-20',
          days: { '2026-11-20': 12 },
        },
      ],
    }),
  });
  const { code, output } = await at.check(shop.replace('weight: Int', 'size: Int'), '--json');
  expect(code).toBe(1);
  const change = {
    coordinate: 'Product.weight',
    level: 'breaking',
    message: "Field 'weight' was removed from object type 'Product'",
  };
  const added = {
    coordinate: 'Product.size',
    level: 'safe',
    message: "Field 'size' was added to object type 'Product'",
  };
  expect(JSON.parse(output)).toEqual({
    version: 1,
    ok: false,
    conflicts: [],
    changes: [
      {
        ...change,
        unused: false,
        usedBy: [{ client: 'mobile', operation: 'Old' }],
        usedLately: [
          {
            client: 'partner',
            version: '7',
            operation: 'Weights',
            count: 12,
            firstSeen: '2026-11-01',
            lastSeen: '2026-11-20',
          },
        ],
      },
      { ...added, unused: false, usedBy: [], usedLately: [] },
    ],
    clients: [
      {
        name: 'mobile',
        operations: 1,
        changes: [change, added],
        view: null,
        breaks: [
          {
            operation: 'Old',
            file: 'clients/mobile/documents/1.0.json',
            line: 1,
            column: 2,
            message: 'Cannot query field "weight" on type "Product". (at line 1, column 24 of its text)',
            coordinates: ['Product.weight'],
            accepted: null,
            rareRequests: null,
          },
        ],
      },
      { name: 'web', operations: 2, changes: [change, added], view: null, breaks: [] },
    ],
    expired: [],
    unusedAccepted: [],
    usage: null,
  });
  const text = (await at.run('check', '--subgraph', 'shop', '--schema', `${at.folder}/changed.graphql`)).output;
  expect(text).toContain('used recently by partner 7 Weights (12 requests, last on 2026-11-20)');
});

test('the output for GitHub marks the place, with what its commands need escaped', async () => {
  const at = project({
    'clients/web/operations/a,b%.graphql':
      'query Page { product(id: 1) { rating } }\nquery Other { product(id: 2) { name } }',
  });
  const { code, output } = await at.check(
    shop.replace('rating: Float', 'rating: [Float]\n  """100%"""\n  stars: Int'),
    '--format',
    'github',
  );
  expect(code).toBe(1);
  expect(output).toMatch(
    /^::error file=\S*clients\/web\/operations\/a%2Cb%25\.graphql,line=1,col=31::web Page: Field 'Product\.rating' changed type from 'Float' to '\[Float\]'\n/,
  );
  const conflict = await at.check('type Query {', '--format', 'github');
  expect(conflict.code).toBe(1);
  expect(conflict.output).toMatch(/^::error::shop:1:13: Syntax Error/);
});

test('each client is checked with its own view and names, each version for itself', async () => {
  const renamed = `{ rename: { types: { Product: 'Article' }, fields: { 'Product.rating': 'stars' } } }`;
  const at = project({
    'clients/web/client.mjs': client(renamed),
    'clients/web/operations/page.graphql':
      'query Page { product(id: 1) { ...Card } }\nfragment Card on Article { stars }',
    'clients/web@1/client.mjs': client('{}'),
    'clients/web@1/operations/page.graphql': 'query Page { product(id: 1) { name } }',
  });
  const { code, output } = await at.check(shop.replace('rating: Float', 'rating: String'));
  expect(code).toBe(1);
  expect(output).toContain('breaking   Product.rating:');
  expect(output).toContain('used by web Page\n');
  expect(output).toContain("page.graphql:2:28 Page: Field 'Article.stars' changed type from 'Float' to 'String'");
  expect(output).toContain('web@1: 1 operation, none breaks');
});

test('a service with transforms changes in its own names, the graph and its clients in theirs', async () => {
  const transforms = {
    prefix: { rootFields: 'shop_' },
    rename: {
      fields: { 'Product.rating': 'stars' },
      inputFields: { 'OrderInput.productId': 'id' },
      values: { 'Category.AUDIO': 'SOUND' },
    },
  };
  const at = project(
    {
      'clients/web/client.ts': client(
        "{ rename: { fields: { 'Product.stars': 'score' }, values: { 'Category.SOUND': 'MUSIC' } } }",
      ),
      'clients/web/operations/page.graphql': 'query Page { shop_products(category: MUSIC) { score category } }',
      'clients/web/operations/order.graphql': 'mutation Order { shop_order(input: { id: 1 }) { id } }',
    },
    { transforms },
  );
  const same = await at.check(shop);
  expect(same).toMatchObject({ code: 0 });
  const renamed = await at.check(shop.replace('rating: Float', 'rates: Float'));
  expect(renamed.code).toBe(1);
  expect(renamed.output).toContain(
    'subgraphs.shop.transforms: rename.fields: Product.rating is not in shop; did you mean Product.rates?',
  );
  const retyped = await at.check(shop.replace('rating: Float', 'rating: [Float]'));
  expect(retyped.code).toBe(1);
  expect(retyped.output).toContain('Product.stars');
  expect(retyped.output).toContain('clients/web/operations/page.graphql');
  expect(retyped.output).not.toContain('rating');
});

test('a view whose definition names what is gone breaks, with the place of its definition', async () => {
  const at = project({ 'clients/web/client.mjs': client(`{ exclude: ['Product.rating'] }`) });
  const { code, output } = await at.check(shop.replace('rating: Float  ', ''));
  expect(code).toBe(1);
  expect(output).toMatch(/web: its view cannot be built\n {2}clients\/web\/client\.mjs: .*Product\.rating/);
  expect(output).toContain('This breaks web.');
});

test('operations may select fields that their client alone has', async () => {
  const own = `{ fields: {
    schema: 'type Query { greeting(to: String!): String!  favourite: Product } type Product { id: ID! }',
    resolvers: { Query: { greeting: () => 'Hello', favourite: () => ({ id: '1' }) } },
  } }`;
  const at = project({
    'clients/web/client.mjs': client(own),
    'clients/web/operations/page.graphql': 'query Page { greeting(to: "you") favourite { id weight } }',
  });
  const fine = await at.check(shop.replace('rating: Float  ', ''));
  expect(fine.code, fine.output).toBe(0);
  const broken = await at.check(shop.replace('weight: Int  ', ''));
  expect(broken.code).toBe(1);
  expect(broken.output).toContain('page.graphql:1:49 Page: Cannot query field "weight"');
  at.write('graph.graphql', (await at.run('print')).output);
  const asWritten = await at.run('check');
  expect(asWritten.code, asWritten.output).toBe(0);
  expect(asWritten.output).toContain('web: 1 operation, none breaks; its view does not change');
});

test('without a subgraph, the files are compared with the graph that compose wrote', async () => {
  const at = project({ 'clients/web/operations/page.graphql': operations });
  const missing = await at.run('check');
  expect(missing.code).toBe(1);
  expect(missing.output).toContain('graph.graphql, the graph to compare with, does not exist. Run concierge compose');
  const { output: printed } = await at.run('print');
  at.write('graph.graphql', printed);
  expect((await at.run('check')).output).toContain('The graph: nothing changes');
  at.write('shop.graphql', shop.replace('rating: Float  ', ''));
  const { code, output } = await at.run('check');
  expect(code).toBe(1);
  expect(output).toContain('This breaks web.');
});

test('a change that cannot be composed is reported with its conflicts', async () => {
  const at = project({});
  const { code, output } = await at.check('type Query { product: Nowhere }', '--json');
  expect(code).toBe(1);
  expect(JSON.parse(output)).toMatchObject({ ok: false, conflicts: [expect.stringContaining('Nowhere')] });
});

test('without operations it reports that it cannot decide', async () => {
  const { code, output } = await project({}).check(shop.replace('rating: Float  ', ''));
  expect(code).toBe(0);
  expect(output).toContain('No client has operations: breaking changes for clients cannot be found.');
});

test('wrong usage ends with exit code 2 and the remedy', async () => {
  const at = project({});
  for (const [args, remedy] of [
    [['--subgraph', 'shop'], 'Give a --schema for each --subgraph'],
    [
      ['--subgraph', 'stop', '--schema', 'shop.graphql'],
      '--subgraph stop: there is no such subgraph; did you mean shop?',
    ],
    [['--subgraph', 'shop', '--schema', 'nowhere.graphql'], '--schema: there is no file nowhere.graphql.'],
    [['--format', 'xml'], '--format is "xml": give text, json or github'],
  ] as const) {
    const { code, output } = await at.run('check', ...args);
    expect(output).toContain(remedy);
    expect(code).toBe(2);
  }
});

test("the demo's operations are valid, and their manifests are up to date, by processes of their own", async () => {
  const check = concierge(['check']);
  expect(await check.exit, check.output()).toBe(0);
  const documents = concierge(['documents', '--check']);
  expect(await documents.exit, documents.output()).toBe(0);
  for (const name of ['web', 'mobile', 'admin']) {
    const { operations: listed } = JSON.parse(readFileSync(`${root}clients/${name}/generated/documents.json`, 'utf8'));
    expect(listed.length).toBeGreaterThan(0);
  }
});

test('another default of a custom scalar is a change, also where a JavaScript number is the same', async () => {
  const scalars = `scalar Long scalar JSON
    type Query { a(x: Long = 9007199254740993, y: JSON = { a: [1], b: 2 }, z: In = {}): Int }
    input In { any: JSON = [10.50] }`;
  const at = project({ 'shop.graphql': scalars });
  const changed = scalars
    .replace('740993', '740992')
    .replace('{ a: [1], b: 2 }', '{ b: 2, a: [1] }')
    .replace('10.50', '10.5');
  const { output } = await at.check(changed, '--format', 'json');
  const { changes } = JSON.parse(output) as { changes: { coordinate: string; level: string; message: string }[] };
  expect(changes.map(({ coordinate }) => coordinate)).toEqual(['In.any', 'Query.a(x:)', 'Query.a(z:)']);
  expect(changes[1]?.message).toContain("from '9007199254740993' to '9007199254740992'");
});
