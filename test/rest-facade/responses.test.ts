// Responses of the REST façade: errors as problems, caching, and the admission that it shares with every transport.
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stopsAtEnd } from '../clients-in-the-wild/demo.ts';
import { openShop, type Shop } from './shop.ts';

const operations = `
  query Product($id: ID!) @rest(get: "/products/{id}") { product(id: $id) { id rating } }
  query Cached($id: ID!) @rest(get: "/cached/{id}") { product(id: $id) { id name } }
  query Secret($id: ID!) @rest(get: "/secrets/{id}") { product(id: $id) { id secret } }
  query Fails @rest(get: "/fails") { fails old }
  query Search($text: String!) @rest(post: "/search") { find(text: $text) { __typename } }
  mutation Delete($id: ID!) @rest(delete: "/products/{id}") { deleteProduct(id: $id) }
  query Mine($user: ID! @claim(name: "sub")) @rest(get: "/mine") { mine(user: $user) }
`;
const members = 'query Members @rest(get: "/members") { old }';

const later = stopsAtEnd();
let shop: Shop;
beforeAll(async () => {
  shop = await openShop(
    {
      'operations/shop.graphql': operations,
      '../members/client.ts': "export default { authentication: 'required', version: '2' };",
      '../members/operations/a.graphql': `${members} query Cached @rest(get: "/cached") { product(id: "p1") { id } }`,
      '../members@1/client.ts': "export default { authentication: 'required' };",
      '../members@1/operations/a.graphql': members.replace('old', 'old fails'),
    },
    later,
    {
      csrf: true,
      cors: { origin: 'https://shop.example', credentials: true },
      rateLimits: { request: { limit: 1_000_000, duration: '1h' } },
      rest: { openapi: true },
    },
  );
});
beforeEach(() => {
  shop.reviews.broken = false;
});

const get = (path: string, headers: Record<string, string> = {}) => shop.send('GET', `/rest${path}`, { headers });
const user = { 'x-user-id': 'u1' };

describe('an error', () => {
  it('at a field is a problem with the status of its code, and has the rest of the data beside it', async () => {
    shop.reviews.broken = true;
    const { status, headers, json } = await get('/web/products/p1');
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([
      503,
      'application/problem+json',
      'no-store',
    ]);
    expect(json).toEqual({
      type: 'urn:concierge:error:SUBGRAPH_UNAVAILABLE',
      title: 'Subgraph unavailable',
      status: 503,
      detail: expect.any(String),
      code: 'SUBGRAPH_UNAVAILABLE',
      errors: [
        {
          message: expect.any(String),
          path: ['product', 'rating'],
          extensions: expect.objectContaining({ subgraph: 'reviews' }),
        },
      ],
      data: { product: { id: 'p1', rating: null } },
    });
  });

  it('of several is the one of the highest status', async () => {
    const { status, json } = await get('/web/fails');
    expect([status, json.code, json.data]).toEqual([502, 'SUBGRAPH_ERROR', { fails: null, old: 1 }]);
  });

  it('of authorization has the status that tells who may try again', async () => {
    const anonymous = await get('/web/secrets/p1');
    expect([anonymous.status, anonymous.json.code]).toEqual([401, 'UNAUTHENTICATED']);
    expect(anonymous.headers['www-authenticate']).toBe('Bearer realm="rest"');
    expect((await get('/web/secrets/p1', user)).json.product.secret).toBe('hush');
  });

  it('says that a type other than JSON is not acceptable', async () => {
    expect((await get('/web/cached/p1', { accept: 'application/xml' })).status).toBe(406);
    expect((await get('/web/cached/p1', { accept: 'application/json;q=0' })).status).toBe(406);
    expect((await get('/web/cached/p1', { accept: 'text/html, */*;q=0.1' })).status).toBe(200);
    expect((await get('/web/cached/p1', { 'accept-encoding': 'identity;q=0' })).status).toBe(406);
  });
});

describe('a cached response', () => {
  it('has the cache header fields of GraphQL, is the same for each request, and is 304 where it is known', async () => {
    const first = await get('/web/cached/p1');
    expect(first.headers['cache-control']).toMatch(/^public, max-age=\d+/);
    const { etag } = first.headers;
    expect(etag).toMatch(/^W\//);
    const again = await get('/web/cached/p1', { 'if-none-match': String(etag) });
    expect([again.status, again.text, again.headers.etag]).toEqual([304, '', etag]);
    expect((await get('/web/cached/p1')).text).toBe(first.text);
    const body = JSON.stringify({
      query: 'query Cached($id: ID!) {\n  product(id: $id) {\n    id\n    name\n  }\n}',
      variables: { id: 'p1' },
    });
    const graphql = await shop.send('POST', '/graphql/web', { body });
    expect(graphql.json.data).toEqual(first.json);
    const { requested } = shop.products;
    expect(requested.filter(({ variables }) => JSON.stringify(variables).includes('"p1"')).length).toBeGreaterThan(0);
    expect(graphql.headers['cache-control']).toBe(first.headers['cache-control']);
  });

  it('is compressed for clients that accept it, with an entity tag of its own', async () => {
    const plain = await get('/web/cached/p1');
    const { headers } = await get('/web/cached/p1', { 'accept-encoding': 'br, identity;q=0' });
    expect(headers['content-encoding']).toBe('br');
    expect(headers.etag).not.toBe(plain.headers.etag);
  });
});

describe('a variable that is filled from a claim', () => {
  it('is the caller’s own, cannot be set, and makes the response private', async () => {
    const mine = await get('/web/mine', user);
    expect([mine.status, mine.json]).toEqual([200, { mine: 'of u1' }]);
    expect(mine.headers['cache-control']).toMatch(/^private/);
    expect(mine.headers.vary).toMatch(/x-user-id/i);
    expect((await get('/web/mine', { 'x-user-id': 'u2' })).json).toEqual({ mine: 'of u2' });
    expect((await get('/web/mine', user)).json).toEqual({ mine: 'of u1' });
    expect((await get('/web/mine')).json).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    expect((await get('/web/mine?user=u2', user)).json.detail).toBe('There is no query parameter "user" here.');
  });

  it('cannot be set over GraphQL either', async () => {
    const query = 'query Mine($user: ID!) {\n  mine(user: $user)\n}';
    const post = (body: object, headers: Record<string, string>) =>
      shop.send('POST', '/graphql/web', { body, headers: { accept: 'application/graphql-response+json', ...headers } });
    expect((await post({ query }, user)).json).toEqual({ data: { mine: 'of u1' } });
    const given = await post({ query, variables: { user: 'u2' } }, user);
    expect([given.status, given.json.errors[0].message]).toEqual([
      400,
      'The variable "$user" is filled from the caller\'s identity: leave it out.',
    ]);
    expect((await post({ query }, {})).json.errors[0].extensions.code).toBe('UNAUTHENTICATED');
  });
});

describe('admission', () => {
  it('lets no caller past the access rules of a client, whatever it accepts', async () => {
    for (const accept of ['application/json', 'text/html, */*;q=0.5']) {
      const { status, json } = await get('/members/members', { accept });
      expect([status, json.code]).toEqual([401, 'UNAUTHENTICATED']);
    }
    expect((await get('/members/openapi.json')).status).toBe(401);
    expect((await get('/members/members', user)).json).toEqual({ old: 1 });
  });

  it('selects the version of a client by its path, or by a header field', async () => {
    expect((await get('/members@1/members', user)).json.data).toEqual({ old: 1, fails: null });
    const old = await get('/members/members', { ...user, 'graphql-client-version': '1' });
    expect(old.json.data).toEqual({ old: 1, fails: null });
    // A cache between must not mix the versions.
    expect((await get('/members/cached', user)).headers.vary).toContain('graphql-client-version');
  });

  it('serves queries by GET without a preflight, but not to pages of other origins', async () => {
    expect((await get('/web/cached/p1')).status).toBe(200);
    const foreign = await get('/web/cached/p1', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' });
    expect([foreign.status, foreign.json.code]).toEqual([403, 'CSRF_PREVENTION_FAILED']);
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    expect((await get('/web/cached/p1', link)).status).toBe(200);
    const frame = { ...link, 'sec-fetch-dest': 'iframe' };
    expect((await get('/web/cached/p1', frame)).status).toBe(403);
    const own = await get('/web/cached/p1', { 'sec-fetch-site': 'cross-site', origin: 'https://shop.example' });
    expect([own.status, own.headers['access-control-allow-origin']]).toEqual([200, 'https://shop.example']);
  });

  it('rejects changes that a page of another origin could have sent without a preflight', async () => {
    const simple = { 'content-type': 'text/plain', 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    const forged = await shop.send('POST', '/rest/web/search', { body: '{"text":"x"}', headers: simple });
    expect([forged.status, forged.json.code]).toEqual([403, 'CSRF_PREVENTION_FAILED']);
    expect((await shop.send('POST', '/rest/web/search')).json.code).toBe('CSRF_PREVENTION_FAILED');
    const deleted = await shop.send('DELETE', '/rest/web/products/p1', {
      headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    });
    expect(deleted.status).toBe(403);
    const preflight = { origin: 'https://shop.example', 'access-control-request-method': 'DELETE' };
    const { status, headers } = await shop.send('OPTIONS', '/rest/web/products/p1', { headers: preflight });
    expect([status, headers['access-control-allow-methods']]).toEqual([204, 'GET, HEAD, DELETE, OPTIONS']);
  });
});
