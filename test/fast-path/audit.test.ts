// Every MUST and SHOULD of GraphQL over HTTP, as the `graphql-http` package audits them, on both HTTP paths.
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BothPaths, startBothPaths } from './both-paths.ts';

let httpPaths: BothPaths;
beforeAll(async () => {
  httpPaths = await startBothPaths({});
});
afterAll(() => httpPaths.stop());

describe.each(['short', 'yoga'] as const)('%s', (path) => {
  const audits = serverAudits({ url: () => httpPaths[path].url });

  test('there are audits', () => {
    expect(audits.length).toBeGreaterThan(50);
  });

  test.each(audits.map((audit) => [`${audit.id} ${audit.name}`, audit] as const))('%s', async (_title, audit) => {
    expect(await audit.fn()).toMatchObject({ status: 'ok' });
  });
});
