// Private data in the demo: every path of the graph, for a customer with every right that customers have, leads to no
// other user's e-mail address, postal address, orders or saved things.
import {
  buildClientSchema,
  type GraphQLArgument,
  type GraphQLNamedType,
  type GraphQLSchema,
  getIntrospectionQuery,
  getNamedType,
  type IntrospectionQuery,
  isAbstractType,
  isLeafType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadClients } from '../../gateway/client-views/load-clients.ts';
import { createGateway, type Gateway } from '../../gateway/index.ts';
import { credentialsOf, developmentKey } from '../harness/demo-users.ts';
import { demoConfig, root, urlsOf } from '../harness/gateway.ts';
import { send, startServices, type TestServices } from '../harness/subgraphs.ts';

const attacker = 'u1';
const victim = 'u2';
let subgraphs: TestServices;
let gateway: Gateway;
let origin: string;
/** Texts that the attacker must not get, by what they are. */
const secrets = new Map<string, string>();
let victimsOrder: string;

beforeAll(async () => {
  subgraphs = await startServices();
  const limits = { depth: false, aliases: false, cost: false, rootFields: false, tokens: false } as const;
  gateway = createGateway(demoConfig(urlsOf(subgraphs), { limits, rateLimits: {} }), {
    ...{ folder: root, development: developmentKey, clients: [...(await loadClients(`${root}clients`)).values()] },
  });
  origin = await gateway.start();
  await readSecrets();
});
afterAll(async () => {
  await gateway.stop();
  await subgraphs.stop();
});

type User = { id: string; email: string; address: { street: string; postalCode: string } | null };

/** From the services themselves, bypassing the gateway. */
async function readSecrets(): Promise<void> {
  const { users, orders } = subgraphs;
  const ids = Array.from({ length: 1000 }, (_, index) => `u${index + 1}`);
  const found = await send<{ _users: User[] }>(
    users.url,
    'query ($ids: [ID!]!) { _users(ids: $ids) { id email address { street postalCode } } }',
    { variables: { ids } },
  );
  for (const { id, email, address } of found.data?._users ?? []) {
    if (id === attacker) continue;
    secrets.set(email, `the e-mail address of ${id}`);
    if (address) secrets.set(address.street, `the street of ${id}`);
  }
  type Orders = { id: string; orders: { nodes: { id: string }[] } };
  const placed = await send<{ _users: Orders[] }>(
    orders.url,
    'query ($ids: [ID!]!) { _users(ids: $ids) { id orders(first: 50) { nodes { id } } } }',
    { variables: { ids } },
  );
  for (const { id, orders: of } of placed.data?._users ?? []) {
    if (id === victim) victimsOrder = String(of.nodes[0]?.id);
    if (id !== attacker) for (const order of of.nodes) secrets.set(order.id, `an order of ${id}`);
  }
  expect(secrets.size).toBeGreaterThan(15_000);
}

const samples: Record<string, () => string> = {
  'Query.order(id)': () => JSON.stringify(victimsOrder),
  'Query.product(id)': () => '"p1"',
  'Query.user(id)': () => JSON.stringify(victim),
  'Query.search(text)': () => '"a"',
  'Mutation.cancelOrder(id)': () => JSON.stringify(victimsOrder),
  'Mutation.placeOrder(input)': () => `{ userId: "${victim}", lines: [{ productId: "p1", quantity: 1 }] }`,
  'Mutation.setStock(productId)': () => '"p1"',
  'Mutation.setStock(quantity)': () => '1',
  'Mutation.markNotification(id)': () => '"n900"',
  'Mutation.readNotifications(userId)': () => JSON.stringify(victim),
  'Mutation.capturePayment(orderId)': () => JSON.stringify(victimsOrder),
  'Mutation.updateProfile(input)': () => `{ id: "${victim}", name: "Mallory" }`,
};

/** Every field below a type, and below every possible type of it; a type at most twice on a path. */
function selectionOf(
  type: GraphQLNamedType,
  schema: GraphQLSchema,
  above: readonly string[],
  only?: ReadonlySet<string>,
): string | null {
  if (isAbstractType(type)) {
    const possible = schema.getPossibleTypes(type).flatMap((one) => {
      const below = selectionOf(one, schema, above);
      return below === null ? [] : [`... on ${one.name} ${below}`];
    });
    return `{ __typename ${possible.join(' ')} }`;
  }
  if (!isObjectType(type) || above.filter((name) => name === type.name).length > 1) return null;
  const fields = Object.values(type.getFields()).flatMap((field) => {
    if (only && !only.has(field.name)) return [];
    const below = getNamedType(field.type);
    const selection = isLeafType(below) ? '' : selectionOf(below, schema, [...above, type.name]);
    if (selection === null) return [];
    const given = field.args.flatMap((argument) => {
      const value = sampleOf(`${type.name}.${field.name}(${argument.name})`, argument);
      return value === null ? [] : [`${argument.name}: ${value}`];
    });
    // Objects of several types that are selected side by side may have fields of one name and different types.
    const name = `${type.name.toLowerCase()}_${field.name}: ${field.name}`;
    return [`${name}${given.length > 0 ? `(${given.join(', ')})` : ''} ${selection}`];
  });
  return fields.length === 0 ? null : `{ ${fields.join(' ')} }`;
}

function sampleOf(coordinate: string, argument: GraphQLArgument): string | null {
  if (/\((first|limit)\)$/.test(coordinate)) return '3';
  const sample = samples[coordinate];
  // What the service applies, or all there are.
  if (argument.defaultValue !== undefined) return null;
  if (sample) return sample();
  if (isNonNullType(argument.type)) throw new Error(`There is no sample for ${coordinate}.`);
  return null;
}

async function operationsOf(url: string, headers: Record<string, string>): Promise<string[]> {
  const { data } = await send<IntrospectionQuery>(url, getIntrospectionQuery(), { headers });
  const schema = buildClientSchema(data as IntrospectionQuery);
  return [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((root) =>
    Object.keys(root?.getFields() ?? {}).map((name) => {
      const fields = new Set([name]);
      return `${root?.name.toLowerCase()} ${selectionOf(root as GraphQLNamedType, schema, [], fields)}`;
    }),
  );
}

const isSubscription = (operation: string): boolean => operation.startsWith('subscription');

/** The stream of a subscription, up to its second event or its end. */
async function eventsOf(url: string, query: string, headers: Record<string, string>): Promise<string[]> {
  const abort = new AbortController();
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify({ query }),
    signal: abort.signal,
  });
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body as ReadableStream<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    if (text.split('event: next\n').length > 2 || text.includes('event: complete')) break;
  }
  abort.abort();
  return [...text.matchAll(/^data: (.+)$/gm)].map(([, json]) => json as string);
}

const leaksIn = (text: string): string[] =>
  [...new Set(text.match(/"(?:[^"\\]|\\.)*"/g) ?? [])].flatMap((one) => secrets.get(JSON.parse(one)) ?? []);

test.each(['/graphql', '/graphql/web', '/graphql/mobile'])('%s shows customers nothing of others', async (path) => {
  const url = `${origin}${path}`;
  const headers = await credentialsOf(attacker);
  const operations = (await operationsOf(url, headers)).filter((operation) => !isSubscription(operation));
  expect(operations.length).toBeGreaterThan(0);
  for (const operation of operations) {
    const root = operation.slice(0, 50);
    const leaksTo = async (caller: Record<string, string>) =>
      leaksIn(JSON.stringify(await send(url, operation, { headers: caller })));
    // Responses of other users' requests that may stay in caches are there when the attacker's request comes.
    if (root.includes('profile')) expect((await leaksTo(await credentialsOf(victim))).length).toBeGreaterThan(0);
    if (/query_(user|users|order|search)\b/.test(root)) {
      expect((await leaksTo(await credentialsOf('u3'))).length, root).toBeGreaterThan(0);
    }
    expect(await leaksTo(headers), root).toEqual([]);
    expect(await leaksTo({}), root).toEqual([]);
  }
});

test.each(['/graphql', '/graphql/web'])('events on %s reach their customer alone', async (path) => {
  const url = `${origin}${path}`;
  const callers = { attacker: await credentialsOf(attacker), victim: await credentialsOf(victim), anonymous: {} };
  const operations = (await operationsOf(url, callers.attacker)).filter(isSubscription);
  expect(operations.length).toBeGreaterThan(0);
  // Only an order that is on its way has events.
  for (const [name, userId] of [
    ['attacker', attacker],
    ['victim', victim],
  ] as const) {
    const placed = await send<{ placeOrder: { id: string } }>(
      `${origin}/graphql`,
      `mutation { placeOrder(input: { userId: "${userId}", lines: [{ productId: "p1", quantity: 1 }] }) { id } }`,
      { headers: callers[name] },
    );
    if (userId === victim) secrets.set(String(placed.data?.placeOrder.id), 'the order that the victim watches');
  }
  await Promise.all(
    operations.map(async (operation) => {
      // At the same time, with the same document: streams that were shared, or of the wrong caller, would show.
      const [own, others, none] = await Promise.all(
        Object.values(callers).map((headers) => eventsOf(url, operation, headers)),
      );
      expect(own?.map((event) => JSON.parse(event).data)).toEqual([expect.anything(), expect.anything()]);
      expect(own?.flatMap(leaksIn), operation).toEqual([]);
      for (const event of others ?? []) expect(leaksIn(event).length).toBeGreaterThan(0);
      expect(others?.length).toBe(2);
      expect(none?.map((event) => JSON.parse(event).data ?? null)).toEqual([null]);
    }),
  );
});

test('lookup fields and headers of the services are no way around', async () => {
  const url = `${origin}/graphql`;
  const headers = await credentialsOf(attacker);
  for (const lookup of [
    '_users(ids: ["u2"]) { email }',
    '_orders(ids: ["o2"]) { id }',
    '_entities(representations: [{ __typename: "User", id: "u2" }]) { __typename }',
    'node(id: "u2") { id }',
    '_sdl',
  ]) {
    const { data, errors } = await send(url, `{ ${lookup} }`, { headers });
    expect([data ?? null, errors?.[0]?.extensions?.code], lookup).toEqual([null, 'GRAPHQL_VALIDATION_FAILED']);
  }
  const forged = {
    'x-shop-user': victim,
    'x-user-id': victim,
    'x-shop-roles': 'order-desk',
    'x-user-roles': 'order-desk',
  };
  const { data } = await send(url, '{ profile { id } order(id: "o2") { id } }', { headers: { ...headers, ...forged } });
  expect(data).toEqual({ profile: { id: attacker }, order: null });
  expect((await send(url, '{ profile { id } }', { headers: forged })).data).toEqual({ profile: null });
});
