// The main job: one query, five services, one response, in as few requests and rounds as there can be.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { credentialsOf, customer } from './harness/demo-users.ts';
import { startGateway, type TestGateway, urlsOf } from './harness/gateway.ts';
import { type ProfileData, profileQuery } from './harness/profile-query.ts';
import { type RequestLine, type ServiceName, send, startServices, type TestServices } from './harness/subgraphs.ts';

let subgraphs: TestServices;
let gateway: TestGateway;
beforeAll(async () => {
  // Responses are delayed so that requests of one round overlap and those of two rounds do not.
  subgraphs = await startServices({ latency: 100 });
  // Every request reaches the services: test/demo.test.ts covers caching.
  const cache = { responses: false };
  gateway = await startGateway(urlsOf(subgraphs), { cache });
});
afterAll(async () => {
  await gateway.stop();
  await subgraphs.stop();
});
beforeEach(async () => {
  await subgraphs.settled();
  subgraphs.clear();
});

test('the profile of a user comes back with orders, the names of what was ordered, and recommendations', async () => {
  const { data, errors } = await send<ProfileData>(gateway.url, profileQuery, { headers: customer });
  expect(errors).toBeUndefined();
  const profile = data?.profile;
  expect(profile).toMatchObject({ id: 'u1', name: 'Julien Mercier', tier: 'SILVER', unreadNotifications: 3 });
  expect(profile?.orders?.totalCount).toBeGreaterThan(2);
  expect(profile?.orders?.nodes).toHaveLength(2);
  for (const order of profile?.orders?.nodes ?? []) {
    expect(order.lines.length).toBeGreaterThan(0);
    for (const line of order.lines) expect(line.product.name).toMatch(/\w+ \w+/);
    expect(order.total).toEqual({ amount: expect.any(Number), currency: 'EUR' });
    expect(order.payment).toEqual({ status: 'CAPTURED', method: expect.stringMatching(/^[A-Z]+$/) });
  }
  expect(profile?.recommendations).toHaveLength(3);
  for (const product of profile?.recommendations ?? []) {
    expect(product).toEqual({
      name: expect.stringMatching(/\w+ \w+/),
      rating: expect.any(Number),
      price: { amount: expect.any(Number), currency: 'EUR' },
    });
  }
});

test('the response has its fields in the sequence of the query', async () => {
  const { data } = await send<ProfileData>(gateway.url, profileQuery, { headers: customer });
  expect(Object.keys(data?.profile ?? {})).toEqual([
    'id',
    'name',
    'tier',
    'unreadNotifications',
    'orders',
    'recommendations',
  ]);
});

test('four services get requests side by side, then products once more and payments: six requests in two rounds', async () => {
  await send(gateway.url, profileQuery, { headers: { ...customer, 'x-request-id': 'rounds' } });
  await subgraphs.settled();
  const requests = (name: ServiceName): RequestLine[] => subgraphs[name].requests();
  const [users, orders, products] = [requests('users'), requests('orders'), requests('products')];
  const [notifications, payments] = [requests('notifications'), requests('payments')];
  const counts = [users, orders, products, notifications, payments].map(({ length }) => length);
  expect(counts).toEqual([1, 1, 2, 1, 1]);

  const firstRound = [users[0], orders[0], products[0], notifications[0]] as RequestLine[];
  const firstResponse = Math.min(...firstRound.map(({ respondedAt }) => respondedAt));
  for (const { receivedAt } of firstRound) expect(receivedAt).toBeLessThan(firstResponse);
  const second = [products[1], payments[0]] as [RequestLine, RequestLine];
  for (const { receivedAt } of second) expect(receivedAt).toBeGreaterThan((orders[0] as RequestLine).respondedAt);

  for (const { requestId } of [...firstRound, ...second]) expect(requestId).toBe('rounds');
  // One request for the products of all lines, and one for the payments of all orders.
  expect(second.map(({ rootFields }) => rootFields)).toEqual([['_products'], ['GetPayments']]);
});

test('a service without selected fields gets no request', async () => {
  await send(gateway.url, '{ profile { recommendations(first: 1) { name } } }', { headers: customer });
  await subgraphs.settled();
  expect([subgraphs.users, subgraphs.orders].flatMap((subgraph) => subgraph.requests())).toEqual([]);
  expect(subgraphs.products.requests()).toHaveLength(1);
});

test('a user that the services do not have has an id and nothing else', async () => {
  const { data } = await send<ProfileData>(gateway.url, profileQuery, { headers: await credentialsOf('nobody') });
  expect(data?.profile).toMatchObject({ id: 'nobody', name: null, tier: null });
});
