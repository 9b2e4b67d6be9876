// Mutations of each service, and the messages of those that are rejected.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ResponseLike, send, startSubgraphs, type TestSubgraphs } from '../harness/subgraphs.ts';

let subgraphs: TestSubgraphs;
beforeAll(async () => {
  subgraphs = await startSubgraphs();
});
afterAll(() => subgraphs.stop());

/** Callers with rights to change other users' data. */
const desk = { 'x-shop-user': 'u3', 'x-shop-roles': 'staff,order-desk' };

interface Order {
  id: string;
  status: string;
  placedAt: string;
  total: { amount: number };
  lines: { quantity: number; unitPrice: { amount: number }; product: { id: string } }[];
}

const place = (
  userId: string,
  lines: { productId: string; quantity: number }[],
): Promise<ResponseLike<{ placeOrder: Order }>> =>
  send(
    subgraphs.orders.url,
    `mutation ($input: PlaceOrderInput!) {
      placeOrder(input: $input) { id status placedAt total { amount } lines { quantity unitPrice { amount } product { id } } }
    }`,
    { variables: { input: { userId, lines } }, headers: { 'x-shop-user': userId } },
  );

const cancel = (id: string): Promise<ResponseLike<{ cancelOrder: Order }>> =>
  send(subgraphs.orders.url, 'mutation ($id: ID!) { cancelOrder(id: $id) { id status } }', {
    variables: { id },
    headers: desk,
  });

async function countOrders(userId: string): Promise<number> {
  const response = await send<{ _users: { orders: { totalCount: number } }[] }>(
    subgraphs.orders.url,
    'query ($ids: [ID!]!) { _users(ids: $ids) { orders(first: 1) { totalCount } } }',
    { variables: { ids: [userId] } },
  );
  return response.data!._users[0]!.orders.totalCount;
}

/** The id of the newest order of that status, of any customer. */
async function orderWithStatus(status: string): Promise<string> {
  const ids = Array.from({ length: 1000 }, (_, index) => `u${index + 1}`);
  const response = await send<{ _users: { orders: { nodes: { id: string }[] } }[] }>(
    subgraphs.orders.url,
    'query ($ids: [ID!]!, $status: OrderStatus) { _users(ids: $ids) { orders(first: 1, status: $status) { nodes { id } } } }',
    { variables: { ids, status } },
  );
  return response.data!._users.flatMap((user) => user.orders.nodes)[0]!.id;
}

test('a placed order has the prices of the catalogue, has its lines, and is the newest of its user', async () => {
  const products = await send<{ _products: { price: { amount: number } }[] }>(
    subgraphs.products.url,
    '{ _products(ids: ["p1", "p2"]) { price { amount } } }',
  );
  const [one, two] = products.data!._products.map(({ price }) => price.amount);
  const before = await countOrders('u20');
  const response = await place('u20', [
    { productId: 'p1', quantity: 2 },
    { productId: 'p2', quantity: 1 },
    { productId: 'p1', quantity: 3 },
  ]);
  const order = response.data!.placeOrder;
  expect(order.status).toBe('PLACED');
  expect(order.total.amount).toBe(5 * one! + two!);
  expect(order.lines).toEqual([
    { quantity: 2, unitPrice: { amount: one }, product: { id: 'p1' } },
    { quantity: 1, unitPrice: { amount: two }, product: { id: 'p2' } },
    { quantity: 3, unitPrice: { amount: one }, product: { id: 'p1' } },
  ]);
  expect(await countOrders('u20')).toBe(before + 1);
  const newest = await send<{ _users: { orders: { nodes: { id: string }[] } }[] }>(
    subgraphs.orders.url,
    '{ _users(ids: ["u20"]) { orders(first: 1) { nodes { id } } } }',
  );
  expect(newest.data?._users[0]?.orders.nodes).toEqual([{ id: order.id }]);
});

const line = (productId: string, quantity: number): { productId: string; quantity: number } => ({
  productId,
  quantity,
});

test.each([
  ['an unknown customer', 'nobody', [line('p1', 1)], '`userId`: there is no customer "nobody".'],
  ['no lines', 'u30', [], '`lines` has 0 lines; an order has from 1 to 50.'],
  ['too many lines', 'u30', Array(51).fill(line('p1', 1)), '`lines` has 51 lines; an order has from 1 to 50.'],
  ['no pieces', 'u30', [line('p1', 1), line('p2', 0)], '`lines[1].quantity` is 0; it must be from 1 to 1000.'],
  ['too many pieces', 'u30', [line('p1', 1001)], '`lines[0].quantity` is 1001; it must be from 1 to 1000.'],
  ['an unknown product', 'u30', [line('p1', 1), line('p0', 1)], '`lines[1].productId`: there is no product "p0".'],
])('an order with %s is rejected, and nothing is written', async (_case, userId, lines, message) => {
  const before = await countOrders('u30');
  const response = await place(userId, lines);
  expect(response.data).toEqual({ placeOrder: null });
  expect(response.errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT' } }]);
  expect(await countOrders('u30')).toBe(before);
});

test('an order of more money than an Int can hold is rejected', async () => {
  const products = await send<{ products: { nodes: { id: string; price: { amount: number } }[] } }>(
    subgraphs.products.url,
    '{ products(first: 100, category: OFFICE) { nodes { id price { amount } } } }',
  );
  const mostExpensive = products.data!.products.nodes.sort((a, b) => b.price.amount - a.price.amount)[0]!;
  const response = await place('u30', Array(50).fill(line(mostExpensive.id, 1000)));
  expect(response.errors?.[0]?.message).toContain('at most 2147483647 can be ordered at once');
});

test('a placed order can be cancelled, and cancelling it again changes nothing', async () => {
  const placed = await place('u40', [line('p3', 1)]);
  const { id } = placed.data!.placeOrder;
  expect((await cancel(id)).data).toEqual({ cancelOrder: { id, status: 'CANCELLED' } });
  expect((await cancel(id)).data).toEqual({ cancelOrder: { id, status: 'CANCELLED' } });
});

test('an unknown order cannot be cancelled', async () => {
  expect((await cancel('o0')).errors).toMatchObject([
    { message: 'There is no order "o0".', extensions: { code: 'NOT_FOUND' } },
  ]);
});

test.each(['SHIPPED', 'DELIVERED'])('an order that is %s cannot be cancelled', async (status) => {
  const id = await orderWithStatus(status);
  const response = await cancel(id);
  expect(response.errors).toMatchObject([
    {
      message: `Order "${id}" is ${status.toLowerCase()}; only an order that is not shipped yet can be cancelled.`,
      extensions: { code: 'BAD_USER_INPUT' },
    },
  ]);
});

test('stock can be set, down to nothing but not below', async () => {
  const set = (id: string, quantity: number): Promise<ResponseLike<{ setStock: { inStock: number } }>> =>
    send(
      subgraphs.products.url,
      'mutation ($id: ID!, $quantity: Int!) { setStock(productId: $id, quantity: $quantity) { id inStock } }',
      { variables: { id, quantity } },
    );
  expect((await set('p9', 17)).data).toEqual({ setStock: { id: 'p9', inStock: 17 } });
  expect((await set('p9', 0)).data).toEqual({ setStock: { id: 'p9', inStock: 0 } });
  expect((await set('p9', -1)).errors).toMatchObject([
    { message: '`quantity` is -1; it cannot be below 0.', extensions: { code: 'BAD_USER_INPUT' } },
  ]);
  expect((await set('p0', 1)).errors).toMatchObject([
    { message: 'There is no product "p0".', extensions: { code: 'NOT_FOUND' } },
  ]);
  const after = await send(subgraphs.products.url, '{ product(id: "p9") { inStock } }');
  expect(after.data).toEqual({ product: { inStock: 0 } });
});

const update = (input: Record<string, unknown>): Promise<ResponseLike<{ updateProfile: Record<string, unknown> }>> =>
  send(
    subgraphs.users.url,
    `mutation ($input: UpdateProfileInput!) {
      updateProfile(input: $input) { id name email avatarUrl address { street city postalCode country } }
    }`,
    { variables: { input }, headers: { 'x-shop-user': String(input.id) } },
  );

test('a profile retains the fields that are not given', async () => {
  const before = (await update({ id: 'u50' })).data!.updateProfile;
  const renamed = await update({ id: 'u50', name: '  Rosa Lund ' });
  expect(renamed.data?.updateProfile).toEqual({ ...before, name: 'Rosa Lund' });
  const address = { street: 'Kungsgatan 3', city: 'Uppsala', postalCode: '753 18', country: 'SE' };
  const moved = await update({ id: 'u50', address, avatarUrl: null });
  expect(moved.data?.updateProfile).toEqual({ ...before, name: 'Rosa Lund', address, avatarUrl: null });
  const requested = await send(subgraphs.users.url, '{ user(id: "u50") { name address { city } } }');
  expect(requested.data).toEqual({ user: { name: 'Rosa Lund', address: { city: 'Uppsala' } } });
});

const somewhere = { street: 'Main Street 1', city: 'Cork', postalCode: 'T12', country: 'IE' };

test.each([
  [{ id: 'nobody' }, 'NOT_FOUND', 'There is no user "nobody".'],
  [{ id: 'u51', name: '  ' }, 'BAD_USER_INPUT', '`name` is empty.'],
  [{ id: 'u51', name: null }, 'BAD_USER_INPUT', '`name` is empty.'],
  [{ id: 'u51', email: 'me' }, 'BAD_USER_INPUT', '`email` is not an e-mail address: "me".'],
  [
    { id: 'u51', email: 'julien.mercier1@example.com' },
    'BAD_USER_INPUT',
    '`email` is already in use: "julien.mercier1@example.com".',
  ],
  [
    { id: 'u51', avatarUrl: 'http://x.example' },
    'BAD_USER_INPUT',
    '`avatarUrl` is not an https address: "http://x.example".',
  ],
  [
    { id: 'u51', address: { ...somewhere, country: 'Ireland' } },
    'BAD_USER_INPUT',
    '`address.country` is not a country code of two capital letters: "Ireland".',
  ],
  [{ id: 'u51', address: { ...somewhere, city: '' } }, 'BAD_USER_INPUT', '`address.city` is empty.'],
])('the profile change %o is rejected', async (input, code, message) => {
  const response = await update(input);
  expect(response.data).toEqual({ updateProfile: null });
  expect(response.errors).toMatchObject([{ message, extensions: { code } }]);
});

test.each([
  [
    'an order for another user',
    'orders',
    'mutation { placeOrder(input: { userId: "u7", lines: [{ productId: "p1", quantity: 1 }] }) { id } }',
  ],
  ["the cancellation of another user's order", 'orders', 'mutation { cancelOrder(id: "o1") { id } }'],
  [
    "a change of another user's profile",
    'users',
    'mutation { updateProfile(input: { id: "u7", name: "Eve" }) { id } }',
  ],
] as const)('%s is for the order desk; nothing is written for other callers', async (_what, name, mutation) => {
  const { url } = subgraphs[name];
  const before = await countOrders('u7');
  const codeFor = async (headers: Record<string, string>) =>
    (await send(url, mutation, { headers })).errors?.[0]?.extensions?.code ?? null;
  expect(await codeFor({})).toBe('UNAUTHENTICATED');
  expect(await codeFor({ 'x-shop-user': 'u999' })).toBe('FORBIDDEN');
  expect(await codeFor({ 'x-shop-user': 'u999', 'x-shop-roles': 'customer' })).toBe('FORBIDDEN');
  expect(await countOrders('u7')).toBe(before);
  expect(['FORBIDDEN', 'UNAUTHENTICATED']).not.toContain(await codeFor(desk));
});
