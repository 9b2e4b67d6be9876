// Every MUST and SHOULD of GraphQL over HTTP, as the `graphql-http` package audits them, against the running gateway.
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway } from './harness/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({});
});
afterAll(async () => {
  await gateway.stop();
});

const audits = serverAudits({ url: () => gateway.url });

test('there are audits to pass', () => {
  expect(audits.length).toBeGreaterThan(50);
});

test.each(audits.map((audit) => [`${audit.id} ${audit.name}`, audit] as const))('%s', async (_title, audit) => {
  const result = await audit.fn();
  expect(result).toMatchObject({ status: 'ok' });
});
