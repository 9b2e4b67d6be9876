// Nested execution: a field that executes operations on the graph, and so itself, comes to an end.
import { expect, onTestFinished, test } from 'vitest';
import { createGateway, type ResolverContext } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { closedUrl } from '../harness/servers.ts';

test('a field that selects itself gets an error at the limit of nesting', async () => {
  let requested = 0;
  const folder = temporaryFolder({
    'service.graphql': 'type Query { other: Int }',
    'own.graphql': 'type Query { again: String }',
  });
  const resolvers = {
    Query: {
      again: async (_root: unknown, _arguments: unknown, context: unknown) => {
        requested += 1;
        const { data, errors } = await (context as ResolverContext).graph('{ again }');
        return errors?.[0]?.message ?? data?.again;
      },
    },
  };
  const gateway = createGateway(
    {
      port: 0,
      log: { level: 'silent' },
      subgraphs: { service: { url: closedUrl, schema: 'service.graphql' } },
      fields: { schema: 'own.graphql', resolvers },
    },
    folder,
  );
  onTestFinished(async () => {
    await gateway.stop();
  });
  const response = await fetch(`${await gateway.start()}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ again }"}',
  });
  expect(await response.json()).toEqual({
    data: { again: 'Operations are nested more than 8 deep: a field executes an operation that has the field.' },
  });
  expect(requested).toBe(9);
});
