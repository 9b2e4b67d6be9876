// The demo's three clients over the demo's graph, served by `concierge start`: each sees its own schema, and has its
// own operations executed.
import { readFileSync } from 'node:fs';
import {
  buildClientSchema,
  getIntrospectionQuery,
  type IntrospectionQuery,
  lexicographicSortSchema,
  parse,
  printSchema,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { customer, orderDesk } from '../harness/demo-users.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { demoConfigFile, type GatewayProcess, root, startGatewayProcess, urlsOf } from '../harness/gateway.ts';
import { startServices, type TestServices } from '../harness/subgraphs.ts';
import { type PathResponse, send } from './shop.ts';

const names = ['web', 'mobile', 'admin'] as const;

let subgraphs: TestServices;
let gateway: GatewayProcess;
const closing: (() => void)[] = [];
beforeAll(async () => {
  subgraphs = await startServices();
  const config = demoConfigFile(urlsOf(subgraphs), { clients: { folder: `${root}clients`, only: true } });
  const folder = temporaryFolder({ 'gateway.config.mjs': config }, (remove) => closing.push(remove));
  gateway = await startGatewayProcess(`${folder}/gateway.config.mjs`, { development: true });
});
afterAll(async () => {
  await gateway.process.stop();
  await subgraphs.stop();
  for (const close of closing) close();
});

const sendRequest = async (client: string, body: unknown): Promise<PathResponse> =>
  send(gateway.origin, { path: `/graphql/${client}`, body, headers: orderDesk });

interface Listed {
  id: string;
  name: string;
  body: string;
}

const documentsOf = (client: string): Listed[] =>
  JSON.parse(readFileSync(`${root}clients/${client}/generated/documents.json`, 'utf8')).operations;

describe.each(names)('%s', (client) => {
  test('has its own schema, the one in its file', async () => {
    const { body } = await sendRequest(client, getIntrospectionQuery());
    const seen = buildClientSchema(body.data as IntrospectionQuery);
    const sdl = `${printSchema(lexicographicSortSchema(seen))}\n`;
    await expect(sdl).toMatchFileSnapshot(`__snapshots__/${client}.sdl`);
    expect(sdl).toBe(readFileSync(`${root}schema/clients/${client}.graphql`, 'utf8'));
  });

  test('has each of its operations executed by its id, in POST and GET', async () => {
    const variables = {
      ...{ id: 'p1', text: 'lamp', productId: 'p1', quantity: 3, userId: 'u1' },
      input: { userId: 'u1', lines: [{ productId: 'p2', quantity: 1 }] },
    };
    for (const { id, name, body: text } of documentsOf(client)) {
      const given = {
        ...variables,
        ...(name === 'UpdateProfile' && { input: { id: 'u1', name: 'Somebody' } }),
        ...(/Order/.test(name) && { id: 'o1' }),
      };
      if (text.startsWith('subscription')) {
        const stream = await fetch(`${gateway.origin}/graphql/${client}`, {
          method: 'POST',
          headers: { ...orderDesk, 'content-type': 'application/json', accept: 'text/event-stream' },
          body: JSON.stringify({ documentId: id }),
        });
        expect([stream.status, stream.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
        await stream.body?.cancel();
        continue;
      }
      const { status, body } = await sendRequest(client, { documentId: id, variables: given });
      const rejections = (body.errors ?? []).map(({ extensions }: { extensions: { code: string } }) => extensions.code);
      // An order that was shipped cannot be cancelled any more.
      expect([status, ...rejections.filter(() => name !== 'CancelOrder')], name).toEqual([200]);
      const path = `/graphql/${client}?${new URLSearchParams({ documentId: id, variables: JSON.stringify(given) })}`;
      const byGet = await send(gateway.origin, {
        path,
        headers: { ...orderDesk, 'apollo-require-preflight': 'true' },
      });
      expect(byGet.status, name).toBe(
        parse(text).definitions.some((node) => 'operation' in node && node.operation === 'mutation') ? 405 : 200,
      );
    }
  });

  test('has a page of its own, for callers who may use the client', async () => {
    for (const path of [`/graphql/${client}`, `/graphql/${client}@1`]) {
      const headers = client === 'admin' ? orderDesk : {};
      const page = await send(gateway.origin, { path, headers: { ...headers, accept: 'text/html' } });
      expect([page.status, page.text.includes('<title>Concierge</title>')]).toEqual([200, true]);
    }
  });
});

test('trusted documents are planned at start: their number is in the log, for each client', async () => {
  const planned = gateway.process.lines().filter(({ msg }) => msg === 'trusted documents planned');
  expect(planned).toEqual(
    ['admin', 'mobile', 'web'].map((client) => {
      const count = documentsOf(client).length;
      return expect.objectContaining({ client, documents: count, plans: count, duration: expect.any(Number) });
    }),
  );
});

test("web's responses have its own names throughout", async () => {
  const query = `{ profile { __typename customerSince wishlist(limit: 3) { __typename id ... on Customer { customerSince } }
    orders(first: 1) { nodes { buyer { __typename customerSince } lines { product { name } } } } } }`;
  const { body, text } = await sendRequest('web', query);
  expect(body.errors).toBeUndefined();
  expect(body.data.profile.orders.nodes[0].buyer).toEqual({
    __typename: 'Customer',
    customerSince: body.data.profile.customerSince,
  });
  expect(text).not.toMatch(/"User"|createdAt|"saved"|"customer"/);
});

test('a client has nothing beyond its view: mutations, fields, types, nor more than its limits', async () => {
  const messages = async (client: string, query: string) =>
    (await sendRequest(client, query)).body.errors.map(({ message }: { message: string }) => message);
  expect(await messages('mobile', 'mutation { cancelOrder(id: "o1") { id } }')).toContain(
    'There are no mutations here.',
  );
  expect(await messages('mobile', '{ profile { email } }')).toEqual(['Cannot query field "email" on type "User".']);
  expect((await messages('web', '{ users { nodes { id } } }')).join()).not.toMatch(/\buser\b|search/);
  const nested = (levels: number): string =>
    levels === 0
      ? 'id'
      : `orders { nodes { lines { product { id } } } } saved { ... on User { ${nested(levels - 1)} } }`;
  expect(await messages('mobile', `{ profile { ${nested(6)} } }`)).toEqual([
    expect.stringMatching(/levels deep; the limit is 8\.$/),
  ]);
  const anonymous = await send(gateway.origin, { path: '/graphql/admin', body: '{ __typename }' });
  expect([anonymous.status, anonymous.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="graphql"']);
  const sent = { path: '/graphql/admin', body: getIntrospectionQuery(), headers: customer };
  expect((await send(gateway.origin, sent)).status).toBe(403);
  expect((await send(gateway.origin, { path: '/graphql', body: '{ __typename }' })).status).toBe(404);
});
