// `concierge lint`: the services' SDL against rules of the configuration.
import { relative } from 'node:path';
import { expect, test } from 'vitest';
import { outcomeOf } from './harness/command.ts';
import { temporaryFolder } from './harness/folder.ts';
import { root } from './harness/gateway.ts';

const shop = `directive @owner(team: String!) on OBJECT | INTERFACE | UNION | ENUM | SCALAR | INPUT_OBJECT

type Query {
  "One of them."
  product(id: ID!): Product
  "All of them."
  all_products(First: Int, after: ID): [Product!]!
  _products(ids: [ID!]!): [Product]! @merge(keyField: "id")
}

"A thing to buy."
type Product @owner(team: "team-shop") {
  id: ID!
  "What it is called."
  name: String! @deprecated
  rating: Float @deprecated(reason: "Use reviews.")
  weight: Int @deprecated(reason: "Use size, until 2026-01-31.")
  size: Int @deprecated(reason: "2099-01-31")
  price: price
}

enum price {
  low
  VERY_HIGH @deprecated(reason: "Use low. Removed on 2099-12-31.")
}
`;
const orders = `type Query { "Theirs." orders: [Order!]! }
type Order { id: ID! product: Product }
"A thing that is in orders."
type Product { "In it." orders: [Order!]! }
input OrderInput { "Whose." Buyer_name: String! }
`;

const subgraphs = {
  shop: { url: 'http://127.0.0.1:9/graphql', schema: 'shop.graphql' },
  orders: { url: 'http://127.0.0.1:9/graphql', schema: ['orders*.graphql'] },
};

async function lint(settings: object, args: readonly string[] = [], files: Record<string, string> = {}) {
  const config = { subgraphs, lint: settings };
  const folder = temporaryFolder({
    'gateway.config.mjs': `export default ${JSON.stringify(config)};`,
    ...{ 'shop.graphql': shop, 'orders.graphql': orders, ...files },
  });
  const { code, output } = await outcomeOf(['lint', ...args, '--config', `${folder}/gateway.config.mjs`]);
  return {
    code,
    lines: output
      .replaceAll(`${relative(root, folder)}/`, '')
      .trimEnd()
      .split('\n'),
  };
}

test('no rule is on by default, and the command says how to turn one on', async () => {
  const { code, lines } = await lint({});
  expect(lines).toEqual([
    'No rule is on: set `lint` in the configuration, or try them with --rule naming deprecation owners descriptions.',
  ]);
  expect(code).toBe(0);
});

test('names are held against their case, with the name to write; names that begin with _ are not', async () => {
  const { code, lines } = await lint({ naming: true });
  expect(lines).toEqual([
    'shop.graphql:7:3: Query.all_products: the name "all_products" is not in camelCase: write allProducts (naming)',
    'shop.graphql:7:16: Query.all_products(First:): the name "First" is not in camelCase: write first (naming)',
    'shop.graphql:22:6: price: the name "price" is not in PascalCase: write Price (naming)',
    'shop.graphql:23:3: price.low: the name "low" is not in CONSTANT_CASE: write LOW (naming)',
    'orders.graphql:5:29: OrderInput.Buyer_name: the name "Buyer_name" is not in camelCase: write buyerName (naming)',
    '',
    '5 findings (2 services, 1 rule: naming).',
  ]);
  expect(code).toBe(1);
  const snake = await lint({ naming: { fields: 'snake_case', types: false, arguments: false, enumValues: false } });
  expect(snake.lines).toEqual([
    'orders.graphql:5:29: OrderInput.Buyer_name: the name "Buyer_name" is not in snake_case: write buyer_name (naming)',
    '',
    '1 finding (2 services, 1 rule: naming).',
  ]);
});

test('what is deprecated needs a reason and a date, which may not be past', async () => {
  const { lines } = await lint({ deprecation: { overdue: true } });
  expect(lines.slice(0, -2)).toEqual([
    'shop.graphql:15:3: Product.name: deprecated without a reason: write what to use in its place (deprecation)',
    'shop.graphql:16:3: Product.rating: deprecated without the date of its removal: write one into the reason, such as 2027-01-31 (deprecation)',
    'shop.graphql:17:3: Product.weight: to be removed by 2026-01-31: remove it, or give a later date (deprecation)',
    'shop.graphql:18:3: Product.size: deprecated without a reason: write what to use in its place (deprecation)',
  ]);
  expect((await lint({ deprecation: { reason: false, date: false } })).lines).toEqual([
    'No findings (2 services, 1 rule: deprecation).',
  ]);
});

test('types have owners by @owner or by a file, whose entries have to name types', async () => {
  const without = await lint({ owners: true });
  expect(without.lines.slice(0, -2)).toEqual([
    'shop.graphql:22:6: price: the type has no owner: add @owner(team: "…") (owners)',
    'orders.graphql:2:6: Order: the type has no owner: add @owner(team: "…") (owners)',
    'orders.graphql:5:7: OrderInput: the type has no owner: add @owner(team: "…") (owners)',
  ]);
  const { code, lines } = await lint({ owners: { file: 'owners.yaml' } }, [], {
    'owners.yaml': '# Who to write to.\nOrder*: team-orders\nPrize: team-shop\n',
  });
  expect(lines).toEqual([
    'shop.graphql:22:6: price: the type has no owner: add @owner(team: "…"), or an entry to owners.yaml (owners)',
    'owners.yaml:3:8: no type is named Prize; did you mean price? (owners)',
    '',
    '2 findings (2 services, 1 rule: owners).',
  ]);
  expect(code).toBe(1);
  const wrong = await lint({ owners: { file: 'owners.yaml' } }, [], { 'owners.yaml': 'Order: []\n' });
  expect(wrong.lines).toEqual(['owners.yaml:1:8: Order is []: give the team or person that owns it']);
});

test('one description of several services is enough; those of lists and coordinates that are ignored are not needed', async () => {
  const { lines } = await lint({ descriptions: true, ignore: ['Product', 'price'] });
  expect(lines).toEqual([
    'orders.graphql:2:6: Order: the type has no description: write one above it, """…""" (descriptions)',
    'orders.graphql:2:14: Order.id: the field has no description: write one above it, """…""" (descriptions)',
    'orders.graphql:2:22: Order.product: the field has no description: write one above it, """…""" (descriptions)',
    'orders.graphql:5:7: OrderInput: the type has no description: write one above it, """…""" (descriptions)',
    '',
    '4 findings (2 services, 1 rule: descriptions).',
  ]);
  const { lines: ofValues } = await lint({ descriptions: ['enumValues'] });
  expect(ofValues.map((line) => line.split(': ')[1])).toEqual([
    'price.low',
    'price.VERY_HIGH',
    undefined,
    expect.any(String),
  ]);
});

test('the JSON output has a stable shape, and --rule runs rules that are off', async () => {
  const { code, lines } = await lint({}, ['--rule', 'owners', 'deprecation', '--json']);
  expect(code).toBe(1);
  const { findings, ...rest } = JSON.parse(lines.join('\n'));
  expect(rest).toEqual({ version: 1, ok: false, rules: ['deprecation', 'owners'] });
  expect(findings[0]).toEqual({
    rule: 'deprecation',
    service: 'shop',
    file: 'shop.graphql',
    line: 15,
    column: 3,
    coordinate: 'Product.name',
    message: 'deprecated without a reason: write what to use in its place',
  });
  expect(findings).toHaveLength(6);
  expect((await lint({}, ['--rule', 'names'])).code).toBe(2);
});

test('errors of the SDL and of the rules name their place', async () => {
  const invalid = await lint({ naming: true }, [], { 'shop.graphql': 'type Query {' });
  expect(invalid.lines).toEqual([
    'The SDL cannot be read:',
    '  shop.graphql:1:13: Syntax Error: Expected Name, found <EOF>.',
  ]);
  expect(invalid.code).toBe(1);
  const unknown = await lint({ naming: { field: 'camelCase' } });
  expect(unknown.lines.join('\n')).toContain('lint.naming.field is not an option; did you mean lint.naming.fields?');
});
