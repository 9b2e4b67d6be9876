// Relay connections: every item once, in the list's order, whatever the page size; and clear messages for bad
// arguments.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { send, startSubgraphs, type TestSubgraphs } from '../harness/subgraphs.ts';

let subgraphs: TestSubgraphs;
beforeAll(async () => {
  subgraphs = await startSubgraphs();
});
afterAll(() => subgraphs.stop());

interface Connection {
  totalCount: number;
  nodes: { id: string }[];
  edges: { cursor: string; node: { id: string } }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

const fields = `totalCount nodes { id } edges { cursor node { id } }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`;

/** Walks a whole list and checks each page on the way. */
async function walk(send: (after: string | null) => Promise<Connection>): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const page: Connection = await send(after);
    expect(page.edges.map(({ node }) => node.id)).toEqual(page.nodes.map(({ id }) => id));
    expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
    expect(page.pageInfo.startCursor).toBe(page.edges.at(0)?.cursor ?? null);
    expect(page.pageInfo.endCursor).toBe(page.edges.at(-1)?.cursor ?? null);
    ids.push(...page.nodes.map(({ id }) => id));
    more = page.pageInfo.hasNextPage;
    expect(ids.length === page.totalCount).toBe(!more);
    after = page.pageInfo.endCursor;
  }
  return ids;
}

test('walking through all users meets each one once, by number', async () => {
  const ids = await walk(async (after) => {
    const query = `query ($after: String) { users(first: 100, after: $after) { ${fields} } }`;
    return (await send<{ users: Connection }>(subgraphs.users.url, query, { variables: { after } })).data!.users;
  });
  expect(ids).toEqual(Array.from({ length: 1000 }, (_, index) => `u${index + 1}`));
});

test('walking through the catalogue by threes meets each found product once, by name', async () => {
  const names = new Map<string, string>();
  const ids = await walk(async (after) => {
    const query = `query ($after: String) {
      products(first: 3, after: $after, search: "lamp") { ${fields} named: nodes { id name } }
    }`;
    type Named = { products: Connection & { named: { id: string; name: string }[] } };
    const response = await send<Named>(subgraphs.products.url, query, { variables: { after } });
    for (const { id, name } of response.data!.products.named) names.set(id, name);
    return response.data!.products;
  });
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBeGreaterThan(9);
  const inOrder = ids.map((id) => names.get(id)!);
  expect(inOrder).toEqual([...inOrder].sort());
});

test("walking through a user's orders meets each one once, the newest first", async () => {
  const ids = await walk(async (after) => {
    const query = `query ($after: String) { _users(ids: ["u1"]) { orders(first: 7, after: $after) { ${fields} } } }`;
    const response = await send<{ _users: { orders: Connection }[] }>(subgraphs.orders.url, query, {
      variables: { after },
    });
    return response.data!._users[0]!.orders;
  });
  const numbers = ids.map((id) => Number(id.slice(1)));
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => b - a));
});

test('a list of some status has the pages and the count of that status', async () => {
  type ByStatus = Record<string, Connection>;
  const statuses = ['PLACED', 'PAID', 'SHIPPED', 'DELIVERED', 'CANCELLED'];
  const lists = statuses.map((status) => `${status}: orders(first: 100, status: ${status}) { ${fields} }`).join(' ');
  const response = await send<{ _users: ByStatus[] }>(
    subgraphs.orders.url,
    `{ _users(ids: ["u1"]) { all: orders(first: 100) { ${fields} } ${lists} } }`,
  );
  const user = response.data!._users[0]!;
  const counted = statuses.reduce((sum, status) => sum + user[status]!.totalCount, 0);
  expect(counted).toBe(user.all!.totalCount);
  const apart = statuses.flatMap((status) => user[status]!.nodes.map(({ id }) => id));
  expect(apart.sort()).toEqual(user.all!.nodes.map(({ id }) => id).sort());
});

test('a page behind the last item is empty and still has the count', async () => {
  const last = await send<{ users: Connection }>(subgraphs.users.url, `{ users(first: 1) { ${fields} } }`);
  expect(last.data?.users.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
  const cursor = Buffer.from('[1000]').toString('base64url');
  const response = await send<{ users: Connection }>(
    subgraphs.users.url,
    `query ($after: String) { users(after: $after) { ${fields} } }`,
    { variables: { after: cursor } },
  );
  expect(response.data?.users).toEqual({
    totalCount: 1000,
    nodes: [],
    edges: [],
    pageInfo: { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null },
  });
});

test('a list without items has an empty page and a count of zero', async () => {
  const response = await send<{ products: Connection }>(
    subgraphs.products.url,
    `{ products(search: "no such thing at all") { ${fields} } }`,
  );
  expect(response.data?.products).toMatchObject({ totalCount: 0, nodes: [], pageInfo: { hasNextPage: false } });
});

test.each([
  ['first: 0', '`first` is 0; it must be from 1 to 100.'],
  ['first: -3', '`first` is -3; it must be from 1 to 100.'],
  ['first: 101', '`first` is 101; it must be from 1 to 100.'],
  ['after: "nonsense"', '`after` is not a cursor of this list: "nonsense".'],
  [
    `after: "${Buffer.from('["a",2]').toString('base64url')}"`,
    `\`after\` is not a cursor of this list: "${Buffer.from('["a",2]').toString('base64url')}".`,
  ],
])('%s is rejected with a message', async (args, message) => {
  const response = await send(subgraphs.users.url, `{ users(${args}) { totalCount } }`);
  expect(response.errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT' } }]);
});
