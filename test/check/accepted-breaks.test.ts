// Accepted breaks of `concierge check`: entries of a file, and operations that are rarely requested.
import { expect, test } from 'vitest';
import { dayOf, daysBefore } from '../../gateway/telemetry/usage/usage-record.ts';
import { type Project, project as projectOf } from './project.ts';

const shop = `type Query {
  product(id: ID!): Product
  products(first: Int): [Product!]!
}
type Mutation { order(input: OrderInput!): Product }
type Product { id: ID!  name: String!  rating: Float }
input OrderInput { productId: ID!  coupon: String }
`;
const operations = `query Page {
  product(id: 1) { name rating }
}
query Ratings { products { rating } }
mutation Order($input: OrderInput!) {
  order(input: $input) { id }
}
`;
const withoutRating = shop.replace('  rating: Float', '');

const project = (files: Record<string, string> = {}, options: object = {}): Project =>
  projectOf({ 'shop.graphql': shop, 'clients/web/operations/page.graphql': operations, ...files }, {}, options);

const entry = (more: object = {}) => ({
  ...{ coordinate: 'Product.rating', client: 'web', reason: 'Reviews have it now.', owner: 'team-shop' },
  ...{ expires: '2099-12-31', ...more },
});
const accepted = (...entries: object[]) => ({ 'checks/accepted-breaks.yaml': JSON.stringify(entries, null, 1) });

test('an accepted break is shown with its reason, and does not fail the check; others do', async () => {
  const at = project({
    'checks/accepted-breaks.yaml': `# Agreed on with the team of the page.
- coordinate: Product.rating
  client: web
  operation: Page
  reason: Reviews have it now.
  owner: team-shop
  expires: 2099-12-31
`,
  });
  const { code, output } = await at.check(withoutRating);
  expect(code).toBe(1);
  expect(output).toContain(
    [
      'web: 1 of 3 operations breaks; its view has 1 breaking change',
      '  clients/web/operations/page.graphql:2:25 Page: Cannot query field "rating" on type "Product".',
      '    accepted until 2099-12-31 by team-shop: Reviews have it now.',
      '    remove the document before the release: a gateway does not start with one that is not valid',
      '  clients/web/operations/page.graphql:4:28 Ratings: Cannot query field "rating" on type "Product".',
      '',
      'This breaks web.',
      '',
    ].join('\n'),
  );
  const all = project(accepted(entry()));
  const whole = await all.check(withoutRating);
  expect(whole.output).toContain('web: 3 operations, none breaks; ');
  expect(whole.output).toContain('\nNothing breaks but what is accepted.\n');
  expect(whole.code).toBe(0);
});

test('an entry accepts nothing beyond its coordinate, what is below it, its client and its operation', async () => {
  const changed = withoutRating
    .replace('productId: ID!', 'productId: ID!  gift: Boolean!')
    .replace('name: String!', '');
  const at = project({
    ...accepted(entry(), entry({ coordinate: 'OrderInput' })),
    'clients/app/operations/a.graphql': '{ a }',
  });
  at.write('clients/app/operations/a.graphql', 'query Page { product(id: 1) { rating } }');
  const { code, output } = await at.check(changed, '--json');
  expect(code).toBe(1);
  const { ok, clients } = JSON.parse(output);
  expect(ok).toBe(false);
  const judged = clients.flatMap(({ name, breaks }: { name: string; breaks: Record<string, unknown>[] }) =>
    breaks.map((one) => [name, one.operation, one.coordinates, one.accepted !== null]),
  );
  expect(judged).toEqual([
    ['app', 'Page', ['Product.rating'], false],
    ['web', 'Page', ['Product.name'], false],
    ['web', 'Page', ['Product.rating'], true],
    ['web', 'Ratings', ['Product.rating'], true],
    ['web', 'Order', ['OrderInput', 'OrderInput.gift'], true],
  ]);
});

test('an expired entry fails the check with its place, and one that nothing needs is named', async () => {
  const at = project(accepted(entry({ expires: '2026-01-31' }), entry({ coordinate: 'Product.name' })));
  const { code, output } = await at.check(shop);
  expect(code).toBe(1);
  expect(output).toContain(
    [
      'Accepted breaks that have expired: mend the operations, or give them another day',
      '  checks/accepted-breaks.yaml:2:2 Product.rating for web, until 2026-01-31 (team-shop)',
      '',
      'Accepted breaks that this change does not need:',
      '  checks/accepted-breaks.yaml:9:2 Product.name for web, until 2099-12-31 (team-shop)',
      '',
      'An accepted break has expired.',
    ].join('\n'),
  );
  const annotated = await at.check(withoutRating, '--format', 'github');
  expect(annotated.output).toMatch(
    /^::error file=checks\/accepted-breaks\.yaml,line=2,col=2::Expired: Product\.rating/m,
  );
  expect(annotated.output).toContain('page.graphql,line=2,col=25::web Page');
});

test('every problem of the file has its line, and a typing mistake what may have been meant', async () => {
  const at = project({
    'checks/accepted-breaks.yaml': `- coordinate: Product.rating
  client: wep
  reason: ''
  owner: team-shop
  expires: 2026-02-30
  ticket: 7
- coordinate: rating of products
  client: web
`,
  });
  const { code, output } = await at.check(withoutRating);
  expect(code).toBe(1);
  const file = 'checks/accepted-breaks.yaml';
  expect(output.trimEnd().split('\n')).toEqual([
    `${file}:3:11: [0].reason is "": give the reason`,
    `${file}:5:12: [0].expires is "2026-02-30": give the last day on which it is accepted, such as "2027-01-31"`,
    `${file}:6:11: [0].ticket is not an option; remove it: the options here are coordinate, client, operation, reason, owner and expires`,
    `${file}:7:15: [1].coordinate is "rating of products": give a coordinate such as Product, Product.rating or "Query.products(first:)"`,
    `${file}:7:3: [1].reason is missing: give the reason`,
    `${file}:7:3: [1].owner is missing: give the team or person that is responsible`,
    `${file}:7:3: [1].expires is missing: give the last day on which it is accepted, such as "2027-01-31"`,
  ]);
  at.write('checks/other.yaml', JSON.stringify([entry({ client: 'wep' })]));
  const other = await at.check(withoutRating, '--accepted', `${at.folder}/checks/other.yaml`);
  expect(other.output).toContain('other.yaml:1:42: there is no client wep; did you mean web?');
  at.write('checks/other.yaml', '- a: [');
  const invalid = await at.check(withoutRating, '--accepted', `${at.folder}/checks/other.yaml`);
  expect(invalid.output).toMatch(/checks\/other\.yaml:1:7 is not valid YAML: /);
});

const today = dayOf(Date.now());
const usage = (records: object[]) => ({ '.concierge/usage.json': JSON.stringify({ version: 1, records }) });
const record = (operation: string, days: Record<string, number>, more: object = {}) => ({
  ...{ client: 'web', version: '1', operation, coordinate: 'Product.rating', days },
  ...{ firstSeen: daysBefore(today, 29), lastSeen: today, ...more },
});

test('operations that are requested less often than the rule has it break nothing', async () => {
  const recorded = [record('Page', { [daysBefore(today, 20)]: 500, [today]: 3 }), record('Ratings', { [today]: 10 })];
  const at = project(usage(recorded), { check: { minRequests: 10, within: '7d' } });
  const { code, output } = await at.check(withoutRating);
  expect(output).toContain('web: 1 of 3 operations breaks');
  expect(output).toContain(
    'Page: Cannot query field "rating" on type "Product".\n    does not count: 3 requests in 7 days\n',
  );
  expect(output).toContain('This breaks web.');
  expect(code).toBe(1);
  const rarely = await at.check(withoutRating, '--min-requests', '11');
  expect(rarely.output).toContain('Nothing breaks but what is rarely requested.');
  expect(rarely.code).toBe(0);
  const monthly = await at.check(withoutRating, '--within', '30d', '--json');
  expect(JSON.parse(monthly.output)).toMatchObject({
    ok: false,
    usage: { minRequests: 10, days: 30, countedSince: daysBefore(today, 29), isApplied: true },
    clients: [{ breaks: [{ rareRequests: null }, { rareRequests: null }] }],
  });
  // Requests that are counted without a name may have been for the operation.
  const named = { client: '(other)', version: '(other)', firstSeen: today };
  at.write(
    '.concierge/usage.json',
    Object.values(usage([...recorded, record('(other)', { [today]: 50 }, named)]))[0] ?? '',
  );
  expect((await at.check(withoutRating, '--min-requests', '11')).code).toBe(1);
});

test('without usage of the whole period, every operation counts, and the check says so', async () => {
  const at = project();
  const none = await at.check(withoutRating, '--min-requests', '10');
  expect(none.code).toBe(1);
  expect(none.output).toContain(
    'There is no recorded usage: every operation counts, however rarely it is requested.\n',
  );
  const since = daysBefore(today, 3);
  at.write(
    '.concierge/usage.json',
    Object.values(usage([record('Page', { [today]: 1 }, { firstSeen: since })]))[0] ?? '',
  );
  const short = await at.check(withoutRating, '--min-requests', '10');
  expect(short.code).toBe(1);
  expect(short.output).toContain(
    `Usage has been counted since ${since}, which is less than 30 days: every operation counts`,
  );
  for (const wrong of [
    ['--min-requests', '0'],
    ['--within', '31d'],
    ['--accepted', 'nowhere.yaml'],
  ]) {
    expect((await at.check(withoutRating, ...wrong)).code).toBe(2);
  }
});
