// Names of a view: they apply down to the last nested object, in every form of a request, on every HTTP path.
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { PlainClient } from '../websocket/shop.ts';
import { type HttpPaths, Shop } from './shop.ts';

let shop: Shop;
let httpPaths: HttpPaths;
beforeAll(async () => {
  shop = await Shop.start();
  httpPaths = await shop.httpPaths();
});
afterEach(() => shop.reset());
afterAll(() => shop.stop());

/** The response's data; fails where there are errors, or where a name of the graph is in it. */
async function data(query: unknown, request?: Parameters<HttpPaths['query']>[1]): Promise<unknown> {
  const { body, text } = await httpPaths.query(query, request);
  expect(text).not.toMatch(/inner|secret/i);
  expect(body.errors).toBeUndefined();
  return body.data;
}

describe('fields, types and arguments', () => {
  test('in nested entities of several services, in lists, under aliases', async () => {
    const query = `{
      person(id: "u1") {
        __typename name tier own: name
        friend { __typename name }
        purchases(limit: 1) { __typename id status lines { __typename product count } buyer { kind: __typename name } }
      }
      people(limit: 1, tier: GOLD) { __typename name }
    }`;
    const line = { __typename: 'Line', product: 'lamp', count: 2 };
    const buyer = { kind: 'Person', name: 'Name of u1' };
    expect(await data(query)).toEqual({
      person: {
        ...{ __typename: 'Person', name: 'Name of u1', tier: 'GOLD', own: 'Name of u1' },
        friend: { __typename: 'Person', name: 'Name of u2' },
        purchases: [{ __typename: 'Purchase', id: 'o1', status: 'PAID', lines: [line], buyer }],
      },
      people: [{ __typename: 'Person', name: 'Name of u1' }],
    });
  });

  test('in inline and named fragments, on objects, interfaces and unions', async () => {
    const query = `
      { nodes { ...N ... on Person { name } } found { kind: __typename ... on Node { id } ...P ... on Purchase { status } } }
      fragment N on Node { __typename id }
      fragment P on Person { ...N tier friend { ...N } }`;
    const [person, purchase] = [
      { __typename: 'Person', id: 'u1' },
      { __typename: 'Purchase', id: 'o1' },
    ];
    const friend = { __typename: 'Person', id: 'u2' };
    expect(await data(query)).toEqual({
      nodes: [{ ...person, name: 'Name of u1' }, purchase, null],
      found: [
        { kind: 'Person', ...person, tier: 'GOLD', friend },
        { kind: 'Purchase', id: 'o1', status: 'PAID' },
        null,
      ],
    });
  });

  test('in variables of renamed inputs, enums and their defaults', async () => {
    const query = `
      query ($id: ID!, $filter: Filter, $tier: Tier = SILVER, $status: Status, $none: Filter = { name: "none" }) {
        person(id: $id) { purchases(status: $status) { id } }
        given: counted(filter: $filter) inside: counted(filter: { tier: $tier, and: [{ name: "x" }] }) none: counted(filter: $none)
        default: counted
      }`;
    const variables = { id: 'u1', filter: { name: 'y', and: [{ tier: 'GOLD' }] }, status: 'PAID' };
    expect(await data({ query, variables })).toEqual({
      person: { purchases: [{ id: 'o1' }, { id: 'o3' }] },
      given: '{"name":"y","and":[{"tier":"GOLD"}]}',
      inside: '{"tier":"SILVER","and":[{"name":"x"}]}',
      none: '{"name":"none"}',
      default: '{"name":"all"}',
    });
  });

  test('in mutations, and in their payloads', async () => {
    const query =
      'mutation Rename($input: NameInput!) { __typename rename(input: $input) { __typename name purchases(limit: 1) { status } } }';
    expect(await data({ query, variables: { input: { id: 'u1', name: 'new' } } })).toEqual({
      __typename: 'Mutation',
      rename: { __typename: 'Person', name: 'new', purchases: [{ status: 'PAID' }] },
    });
    expect(shop.people.queries.filter((text) => text.startsWith('mutation'))).toHaveLength(httpPaths.gateways.length);
  });

  test('with skip and include', async () => {
    const query =
      'query ($yes: Boolean!) { person(id: "u1") { name @skip(if: $yes) ... on Person @include(if: $yes) { tier } } }';
    expect(await data({ query, variables: { yes: true } })).toEqual({ person: { tier: 'GOLD' } });
    expect(await data({ query, variables: { yes: false } })).toEqual({ person: { name: 'Name of u1' } });
  });
});

describe('other transports', () => {
  test('by GET', async () => {
    const query = encodeURIComponent('query ($id: ID!) { person(id: $id) { __typename name } }');
    const path = `/graphql/web?query=${query}&variables=${encodeURIComponent('{"id":"u1"}')}`;
    const { body } = await httpPaths.send({ path });
    expect(body).toEqual({ data: { person: { __typename: 'Person', name: 'Name of u1' } } });
  });

  test('in a batch', async () => {
    const { body } = await httpPaths.query([
      { query: '{ person(id: "u1") { name } }' },
      { query: '{ innerUsers { id } }' },
    ]);
    expect(body[0]).toEqual({ data: { person: { name: 'Name of u1' } } });
    expect(body[1].errors[0].message).toBe('Cannot query field "innerUsers" on type "Query".');
  });

  test('over a WebSocket', async () => {
    const url = `${httpPaths.gateways[0]?.origin.replace('http', 'ws')}/graphql/web`;
    const client = await PlainClient.open(url);
    const { payload } = await client.query(
      '1',
      '{ person(id: "u1") { __typename name purchases(limit: 1) { status } } }',
    );
    expect(payload).toEqual({
      data: { person: { __typename: 'Person', name: 'Name of u1', purchases: [{ status: 'PAID' }] } },
    });
    client.subscribe(
      '2',
      'subscription { changed(id: "u1") { __typename name purchases(limit: 1) { __typename status } } }',
    );
    const event = { __typename: 'Person', name: 'Name of u1', purchases: [{ __typename: 'Purchase', status: 'PAID' }] };
    expect((await client.message()).payload).toEqual({ data: { changed: event } });
    client.socket.close();
    await once(client.socket, 'close');
  });

  test('over server-sent events', async () => {
    const changed =
      'subscription ($id: ID) { c: changed(id: $id) { __typename name friend { id } purchases { __typename id lines { count } } } }';
    const purchases = ['o1', 'o2'].map((id) => ({ __typename: 'Purchase', id, lines: [{ count: 2 }] }));
    for (const { origin } of httpPaths.gateways) {
      const [event] = await events(origin, { query: changed, variables: { id: 'u1' } });
      const person = { __typename: 'Person', name: 'Name of u1', friend: { id: 'u2' }, purchases };
      expect(event).toEqual({ data: { c: person } });
      const all =
        'subscription { allFound { kind: __typename ... on Person { name } ...P } } fragment P on Node { id ... on Purchase { status } }';
      expect(await events(origin, { query: all })).toEqual([
        {
          data: {
            allFound: [
              { kind: 'Person', name: 'Name of u1', id: 'u1' },
              { kind: 'Purchase', id: 'o1', status: 'PAID' },
            ],
          },
        },
      ]);
    }
  });
});

test("operations keep the client's name for them, and services receive the graph's names", async () => {
  await httpPaths.query('query MyPage { person(id: "u1") { name } }');
  expect(shop.people.queries[0]).toMatch(/^query MyPage__people__0\b.*innerUser\(innerId: "u1"\) \{ innerName \}/);
});

/** The first events, up to a number. */
async function events(origin: string, body: object, count = 1): Promise<unknown[]> {
  const leaving = new AbortController();
  const response = await fetch(`${origin}/graphql/web`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify(body),
    signal: leaving.signal,
  });
  let text = '';
  const found = () => [...text.matchAll(/^data: ?(\{.*)$/gm)].map(([, event]) => JSON.parse(event as string));
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += Buffer.from(chunk).toString();
    if (found().length >= count) break;
  }
  leaving.abort();
  return found();
}
