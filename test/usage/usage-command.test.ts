// `concierge usage` as a process, over what a gateway has saved.
import { expect, test } from 'vitest';
import { UsageCounter } from '../../gateway/telemetry/usage/usage-counter.ts';
import { createFileStore, usageFile } from '../../gateway/telemetry/usage/usage-store.ts';
import { outcomeOf } from '../harness/command.ts';
import { temporaryFolder } from '../harness/folder.ts';

const schema = `type Query { product: Product }
type Product { name: String  rating: Float @deprecated(reason: "stars say more")  stars: Int }`;
const config = { subgraphs: { shop: { url: 'http://127.0.0.1:9/graphql', schema: 'shop.graphql' } } };

async function project(days: readonly string[] = []) {
  const folder = temporaryFolder({
    'gateway.config.mjs': `export default ${JSON.stringify(config)};`,
    'shop.graphql': schema,
  });
  const use = { name: 'Page', trusted: true, coordinates: ['Product.rating', 'Product.old', 'Query.product'] };
  for (const day of days) {
    const counter = new UsageCounter({ store: createFileStore(usageFile(folder)), now: () => Date.parse(day) });
    counter.count(use, { client: null, clientName: 'web', clientVersion: '1.2' }, () => use);
    await counter.stop();
  }
  return (...args: string[]) => outcomeOf(['usage', ...args, '--config', `${folder}/gateway.config.mjs`]);
}

test('it shows the clients that selected a field, how often and when last', async () => {
  const usage = await project(['2026-11-01', '2026-11-03', '2026-11-20']);
  expect(await usage('Product.rating')).toEqual({
    code: 0,
    output:
      'Product.rating was used in the last 30 days (counted since 2026-11-01), last on 2026-11-20:\n' +
      '  web  1.2  Page  3 requests  last on 2026-11-20\n',
  });
  expect((await usage('Product.stars')).output).toBe(
    'No request used Product.stars in the last 30 days (counted since 2026-11-01).\n',
  );
  expect((await usage('Product.old')).output).toContain('Product.old, which the graph no longer has, was used');
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
  expect(output).toBe('Product.rating (stars say more)\n  web  1.2  Page  1 request  last on 2026-11-20\n');
  const nothing = await project();
  expect((await nothing()).output).toBe('No request used anything deprecated; nothing has been counted.\n');
});

test('an invalid coordinate is wrong usage, and one that is not in the graph is reported', async () => {
  const usage = await project();
  expect(await usage('Product rating')).toMatchObject({ code: 2, output: expect.stringContaining('is no coordinate') });
  expect(await usage('Product.ratin')).toEqual({
    code: 1,
    output: 'The graph has no Product.ratin, and no request used it. concierge print shows the graph.\n',
  });
});
