// `concierge usage` as a process, over what a gateway has saved.
import { expect, test } from 'vitest';
import { UsageCounter } from '../../gateway/telemetry/usage/usage-counter.ts';
import { createFileStore, usageFile } from '../../gateway/telemetry/usage/usage-store.ts';
import { outcomeOf } from '../harness/command.ts';
import { temporaryFolder } from '../harness/folder.ts';

const schema = `type Query { product(id: ID): Product }
type Product { name: String  rating: Float @deprecated(reason: "stars say more")  stars: Int }`;
const config = { subgraphs: { shop: { url: 'http://127.0.0.1:9/graphql', schema: 'shop.graphql' } } };

async function project(days: readonly string[] = []) {
  const folder = temporaryFolder({
    'gateway.config.mjs': `export default ${JSON.stringify(config)};`,
    'shop.graphql': schema,
    'clients/kiosk/client.mjs':
      'export default { rename: { types: { Product: "Article" }, fields: { "Product.rating": "score" } } }',
  });
  const use = {
    name: 'Page',
    trusted: true,
    coordinates: ['Product.rating', 'Product.old', 'Gone.name', 'Query.product'],
  };
  for (const day of days) {
    const counter = new UsageCounter({ store: createFileStore(usageFile(folder)), now: () => Date.parse(day) });
    counter.count(use, { client: null, clientName: 'web', clientVersion: '1.2' }, () => use);
    await counter.stop();
  }
  const run = (...args: string[]) => outcomeOf([...args, '--config', `${folder}/gateway.config.mjs`]);
  return Object.assign((...args: string[]) => run('usage', ...args), { run });
}

test('it shows the clients that selected a field, how often and when last', async () => {
  const usage = await project(['2026-11-01', '2026-11-03', '2026-11-20']);
  expect(await usage('Product.rating')).toEqual({
    code: 0,
    output:
      'Product.rating was used in the last 30 days (counted since 2026-11-01), last on 2026-11-20:\n' +
      '  client  version  operation  requests  last on\n' +
      '  web     1.2      Page              3  2026-11-20\n',
  });
  expect((await usage('Product.stars')).output).toBe(
    'No request used Product.stars in the last 30 days (counted since 2026-11-01).\n',
  );
  expect((await usage('Product.old')).output).toContain('Product.old, which the graph no longer has, was used');
  expect((await usage('Gone.name')).output).toContain('Gone.name, which the graph no longer has, was used');
  // The names that the client knows are those that it sees.
  const printed = await usage.run('print', '--client', 'kiosk');
  expect(printed).toMatchObject({ code: 0, output: expect.stringContaining('score: Float') });
  expect((await usage('Article.score', '--client', 'kiosk')).output).toContain(
    'Article.score, Product.rating in the graph, was used',
  );
});

test('it prints the same as JSON', async () => {
  const usage = await project(['2026-11-20']);
  expect(JSON.parse((await usage('Product', '--json')).output)).toEqual({
    version: 1,
    coordinate: 'Product',
    inGraph: true,
    countedSince: '2026-11-20',
    lastSeen: '2026-11-20',
    usedBy: [
      {
        client: 'web',
        version: '1.2',
        operation: 'Page',
        count: 1,
        firstSeen: '2026-11-20',
        lastSeen: '2026-11-20',
      },
    ],
  });
});

test('without a coordinate it shows deprecated coordinates that are still used', async () => {
  const usage = await project(['2026-11-20']);
  const { output } = await usage();
  expect(output).toBe(
    'Product.rating (stars say more)\n  client  version  operation  requests  last on\n  web     1.2      Page              1  2026-11-20\n',
  );
  const nothing = await project();
  expect((await nothing()).output).toBe('No request used anything deprecated; nothing has been counted.\n');
});

test('an invalid coordinate is wrong usage, and one that is not in the graph is reported', async () => {
  const usage = await project();
  expect(await usage('Product rating')).toMatchObject({ code: 2, output: expect.stringContaining('is no coordinate') });
  const unknown = async (coordinate: string, ...args: string[]) => {
    const { code, output } = await usage(coordinate, ...args);
    expect(code).toBe(2);
    return output;
  };
  for (const [coordinate, suggestion] of [
    ['Product.ratin', '; did you mean Product.rating?'],
    ['Produc.rating', '; did you mean Product.rating?'],
    ['Query.product(ids:)', '; did you mean Query.product(id:)?'],
    ['Query.produkt(id:)', '; did you mean Query.product?'],
    ['Zzzz.a', '. concierge print shows the graph.'],
    ['Int.a', '. concierge print shows the graph.'],
  ] as const) {
    expect(await unknown(coordinate)).toBe(`The graph has no ${coordinate}, and no request used it${suggestion}\n`);
  }
  expect(await unknown('Article.scor', '--client', 'kiosk')).toBe(
    'The view of kiosk has no Article.scor; did you mean Article.score?\n',
  );
  expect(await unknown('Article', '--client', 'kios')).toContain('there is no client kios; did you mean kiosk?');
});
