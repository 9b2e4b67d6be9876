// Access rules, rate limits and caching of the demo, as its SDL has them.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { mintDevelopmentToken } from '../gateway/policy/authentication/development-key.ts';
import { credentialsOf, developmentKey } from './harness/demo-users.ts';
import { root, startGateway, type TestGateway, urlsOf } from './harness/gateway.ts';
import { type ProfileData, profileQuery } from './harness/profile-query.ts';
import { send, startServices, type TestServices } from './harness/subgraphs.ts';

let subgraphs: TestServices;
let gateway: TestGateway;
beforeAll(async () => {
  subgraphs = await startServices();
});
afterAll(() => subgraphs.stop());
// Each test starts with empty caches and counts.
beforeEach(async () => {
  gateway = await startGateway(urlsOf(subgraphs));
  await subgraphs.settled();
  subgraphs.clear();
  return async () => {
    await gateway.stop();
  };
});

const codes = ({ errors = [] }: Awaited<ReturnType<typeof send>>) =>
  errors.map(({ path, extensions }) => `${path?.join('.')} ${extensions?.code}`);

test('customers have their profile with their orders; without the scope for orders, everything but these', async () => {
  const { data, errors } = await send<ProfileData>(gateway.url, profileQuery, { headers: await credentialsOf('u1') });
  expect(errors).toBeUndefined();
  expect(data?.profile).toMatchObject({ id: 'u1', name: 'Julien Mercier', orders: { nodes: [{}, {}] } });

  const token = await mintDevelopmentToken(developmentKey, { subject: 'u1', expires: 60_000 });
  const headers = { authorization: `Bearer ${token}` };
  const lacking = await send<ProfileData>(gateway.url, profileQuery, { headers });
  expect(codes(lacking)).toEqual(['profile.orders FORBIDDEN']);
  expect(lacking.errors?.[0]?.message).toContain('orders:read');
  expect(lacking.data?.profile).toMatchObject({ name: 'Julien Mercier', orders: null, recommendations: [{}, {}, {}] });
});

test("the README's query has the README's response, and is cached for its caller until an order is placed", async () => {
  const readme = readFileSync(`${root}README.md`, 'utf8');
  const query = JSON.parse(/^curl .* -d '(.*)'$/m.exec(readme)?.[1] ?? '').query as string;
  const shown = JSON.parse(/```json\n(.*?)```/s.exec(readme)?.[1] ?? '');
  const headers = { 'content-type': 'application/json', ...(await credentialsOf('u1')) };
  const profile = () => fetch(gateway.url, { method: 'POST', headers, body: JSON.stringify({ query }) });
  const first = await profile();
  expect(first.headers.get('cache-control')).toBe('private, max-age=10');
  expect(await first.json()).toEqual(shown);
  expect(await (await profile()).json()).toEqual(shown);
  const services = [subgraphs.users, subgraphs.orders, subgraphs.products, subgraphs.notifications, subgraphs.payments];
  const requests = () => Promise.all(services.map(async (service) => (await service.settled()).length));
  expect(await requests()).toEqual([1, 1, 2, 1, 1]);

  const lines = '[{ productId: "p1", quantity: 1 }]';
  const order = `mutation { placeOrder(input: { userId: "u1", lines: ${lines} }) { id } }`;
  expect((await send(gateway.url, order, { headers })).errors).toBeUndefined();
  const { data } = await (await profile()).json();
  expect(data.profile.orders.totalCount).toBe(shown.data.profile.orders.totalCount + 1);
});

test('an anonymous caller gets the catalogue, and UNAUTHENTICATED for the profile', async () => {
  const rejected = await send(gateway.url, profileQuery);
  expect(rejected.data).toEqual({ profile: null });
  expect(codes(rejected)).toEqual(['profile UNAUTHENTICATED']);
  expect(rejected.errors?.[0]?.message).toContain('concierge token');
  for (const { settled } of [subgraphs.users, subgraphs.orders, subgraphs.products])
    expect(await settled()).toEqual([]);
  expect(await send(gateway.url, '{ product(id: "p1") { id } }')).toEqual({ data: { product: { id: 'p1' } } });
});

test('users, the search, any order and the stock are for the order desk', async () => {
  const query = '{ user(id: "u2") { name } search(text: "o1") { __typename } order(id: "o1") { id } }';
  const customer = await send(gateway.url, query, { headers: await credentialsOf('u1') });
  expect(customer.data).toEqual({ user: null, search: null, order: null });
  expect(codes(customer).sort()).toEqual(['order FORBIDDEN', 'search FORBIDDEN', 'user FORBIDDEN']);
  const anonymous = await send(gateway.url, query);
  expect(codes(anonymous).sort()).toEqual(['order UNAUTHENTICATED', 'search UNAUTHENTICATED', 'user UNAUTHENTICATED']);
  const desk = await send(gateway.url, query, { headers: await credentialsOf('u3') });
  expect(desk).toMatchObject({ data: { user: { name: 'Tariq Aziz' }, order: { id: 'o1' } } });
  expect(desk.errors).toBeUndefined();

  const change = 'mutation { setStock(productId: "p1", quantity: 5) { inStock } }';
  expect(codes(await send(gateway.url, change, { headers: await credentialsOf('u1') }))).toEqual([
    'setStock FORBIDDEN',
  ]);
  expect(await send(gateway.url, change, { headers: await credentialsOf('u3') })).toEqual({
    data: { setStock: { inStock: 5 } },
  });
});

test('orders and changes of a profile require authentication', async () => {
  const change = 'mutation { updateProfile(input: { id: "u4", name: "Leo" }) { name email address { city } } }';
  expect(codes(await send(gateway.url, change))).toEqual(['updateProfile UNAUTHENTICATED']);
  const changed = await send(gateway.url, change, { headers: await credentialsOf('u4') });
  expect(changed).toMatchObject({ data: { updateProfile: { name: 'Leo', address: {} } } });
  const order =
    'mutation { placeOrder(input: { userId: "u4", lines: [{ productId: "p1", quantity: 1 }] }) { status } }';
  expect(codes(await send(gateway.url, order))).toEqual(['placeOrder UNAUTHENTICATED']);
  expect(await send(gateway.url, order, { headers: await credentialsOf('u4') })).toEqual({
    data: { placeOrder: { status: 'PLACED' } },
  });
  // The order desk changes other users' data, and no customer does; nor does a header that names a user.
  for (const headers of [
    await credentialsOf('u1'),
    { ...(await credentialsOf('u1')), 'x-shop-user': 'u4', 'x-shop-roles': 'order-desk' },
  ]) {
    expect(codes(await send(gateway.url, change, { headers }))).toEqual(['updateProfile FORBIDDEN']);
    expect(codes(await send(gateway.url, order, { headers }))).toEqual(['placeOrder FORBIDDEN']);
    const cancel = 'mutation { cancelOrder(id: "o2") { status } }';
    expect(
      codes(await send(gateway.url, cancel, { headers: { ...headers, ...(await credentialsOf('u999')) } })),
    ).toEqual(['cancelOrder FORBIDDEN']);
  }
  expect((await send(gateway.url, order, { headers: await credentialsOf('u3') })).errors).toBeUndefined();
});

test('the order desk takes the amount of an order, which invalidates what is cached of it', async () => {
  const orders = Array.from(
    { length: 15 },
    (_, index) => `o${20_000 - index}: order(id: "o${20_000 - index}") { payment { status } }`,
  );
  const headers = await credentialsOf('u3');
  type Paid = Record<string, { payment: { status: string } }>;
  const { data } = await send<Paid>(gateway.url, `{ ${orders.join(' ')} }`, { headers });
  const [id = ''] = Object.entries(data ?? {}).find(([, { payment }]) => payment.status === 'AUTHORIZED') ?? [];
  const capture = `mutation { capturePayment(orderId: "${id}") { id payment { status capturedAt } total { amount } } }`;
  expect(codes(await send(gateway.url, capture))).toEqual(['capturePayment UNAUTHENTICATED']);
  expect(codes(await send(gateway.url, capture, { headers: await credentialsOf('u1') }))).toEqual([
    'capturePayment FORBIDDEN',
  ]);
  expect(await send(gateway.url, capture, { headers })).toEqual({
    data: {
      capturePayment: {
        ...{ id, payment: { status: 'CAPTURED', capturedAt: expect.any(String) } },
        total: { amount: expect.any(Number) },
      },
    },
  });
  const missing = await send(gateway.url, 'mutation { capturePayment(orderId: "o0") { id } }', { headers });
  expect(missing.data).toEqual({ capturePayment: null });
  expect(codes(missing)).toEqual(['capturePayment NOT_FOUND']);
});

test('notifications have their orders; marking them is for their user, and invalidates the number of unread ones', async () => {
  const headers = await credentialsOf('u1');
  const unread = async () => {
    const query = '{ profile { unreadNotifications notifications(unread: true) { id title order { status } } } }';
    type Read = { profile: { unreadNotifications: number; notifications: { id: string; order: object | null }[] } };
    return (await send<Read>(gateway.url, query, { headers })).data?.profile;
  };
  const before = await unread();
  expect(before).toMatchObject({
    unreadNotifications: 3,
    notifications: [{ id: 'n7', title: 'Order o19405 has arrived', order: { status: 'DELIVERED' } }, {}, {}],
  });
  expect((await subgraphs.notifications.settled()).map(({ operation }) => operation).sort()).toEqual([
    'listInboxes',
    'listNotifications',
  ]);
  const mark = (read: boolean) => `mutation { markNotification(id: "n7", read: ${read}) { readAt order { id } } }`;
  expect(codes(await send(gateway.url, mark(true)))).toEqual(['markNotification UNAUTHENTICATED']);
  const other = await send(gateway.url, mark(true), { headers: await credentialsOf('u2') });
  expect(codes(other)).toEqual(['markNotification FORBIDDEN']);
  const marked = await send(gateway.url, mark(true), { headers });
  expect(marked.data).toEqual({ markNotification: { readAt: expect.any(String), order: { id: 'o19405' } } });
  expect(await unread()).toMatchObject({ unreadNotifications: 2, notifications: [{}, {}] });
  expect((await send(gateway.url, mark(false), { headers })).data).toMatchObject({
    markNotification: { readAt: null },
  });
  expect(await unread()).toEqual(before);
  const message = '{ profile { notifications(first: 100) { kind order { id } } } }';
  type Kinds = { profile: { notifications: { kind: string; order: object | null }[] } };
  const { data } = await send<Kinds>(gateway.url, message, { headers });
  expect(data?.profile.notifications.find(({ kind }) => kind === 'MESSAGE')).toEqual({ kind: 'MESSAGE', order: null });
});

test('the search is limited to thirty requests in a minute', async () => {
  const headers = await credentialsOf('u3');
  const searches = (count: number) =>
    `{ ${Array.from({ length: count }, (_, index) => `s${index}: search(text: "o1", first: 1) { __typename }`).join(' ')} }`;
  expect(codes(await send(gateway.url, searches(15), { headers }))).toEqual([]);
  expect(codes(await send(gateway.url, searches(15), { headers }))).toEqual([]);
  const beyond = await send(gateway.url, searches(1), { headers });
  expect(beyond.errors).toMatchObject([
    { extensions: { code: 'RATE_LIMIT_EXCEEDED', retryAfter: expect.any(Number) } },
  ]);
});

test('the catalogue is cached until a change of the stock', async () => {
  const body = JSON.stringify({ query: '{ products(first: 2) { nodes { id name price { amount } } } }' });
  const catalogue = () => fetch(gateway.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const first = await catalogue();
  expect(first.headers.get('cache-control')).toBe('public, max-age=60');
  const text = await first.text();
  expect(await (await catalogue()).text()).toBe(text);
  expect(await subgraphs.products.settled()).toHaveLength(1);

  const [product] = JSON.parse(text).data.products.nodes;
  const change = `mutation { setStock(productId: "${product.id}", quantity: 7) { id } }`;
  await send(gateway.url, change, { headers: await credentialsOf('u3') });
  await catalogue();
  expect(await subgraphs.products.settled()).toHaveLength(3);
});

test('a cached profile is for its user alone', async () => {
  const query = '{ profile { name tier } }';
  for (const subject of ['u1', 'u2', 'u1', 'u2']) {
    const { data } = await send<{ profile: { name: string } }>(gateway.url, query, {
      headers: await credentialsOf(subject),
    });
    expect(data?.profile.name).toBe(subject === 'u1' ? 'Julien Mercier' : 'Tariq Aziz');
  }
  expect(await subgraphs.users.settled()).toHaveLength(2);
});
