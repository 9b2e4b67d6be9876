// Requests to the REST façade: paths, methods, variables from the URL and the body, by the types of the schema.
import { beforeAll, describe, expect, it } from 'vitest';
import { stopsAtEnd } from '../clients-in-the-wild/demo.ts';
import { openShop, type Shop } from './shop.ts';

const operations = `
  "A product of the shop."
  query Product($id: ID!) @rest(get: "/products/{id}") { product(id: $id) { id name price rating } }
  query Featured @rest(get: "/products/featured") { product(id: "p7") { id } }
  query Bare($id: ID!) @rest(get: "/bare/{id}", unwrap: true) { thing: product(id: $id) { id sku } }
  query Echo(
    $text: String $id: ID $int: Int $float: Float $yes: Boolean $long: Long $json: JSON $range: Range
    $ranges: [Range!] $ids: [ID!] $matrix: [[Int!]!]
  ) @rest(get: "/echo") {
    echo(
      text: $text, id: $id, int: $int, float: $float, yes: $yes, long: $long, json: $json, range: $range
      ranges: $ranges, ids: $ids, matrix: $matrix
    )
  }
  query Text($text: String!, $int: Int! = 3) @rest(get: "/texts/{text}/{int}") { echo(text: $text, int: $int) }
  query Categories($categories: [Category!]!) @rest(get: "/categories") { products(categories: $categories) { name } }
  query Proto($hasOwnProperty: String, $constructor: ID) @rest(get: "/proto") { echo(text: $hasOwnProperty, id: $constructor) }
  query Search($text: String!) @rest(post: "/search") { find(text: $text) { __typename ... on Product { id } } }
  mutation Add($input: ProductInput!) @rest(post: "/products", body: "input") { addProduct(input: $input) { name tags sku } }
  mutation Rename($id: ID!, $name: String!) @rest(put: "/products/{id}") { renameProduct(id: $id, name: $name) { id name } }
  mutation Delete($id: ID!) @rest(delete: "/products/{id}", unwrap: true) { deleteProduct(id: $id) }
`;

const later = stopsAtEnd();
let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ 'operations/shop.graphql': operations }, later);
});

const get = (path: string, headers: Record<string, string> = {}) => shop.send('GET', `/rest/web${path}`, { headers });
const echoed = async (query: string) => JSON.parse((await get(`/echo?${query}`)).json.echo);
const problem = async (path: string) => {
  const { status, headers, json } = await get(path);
  expect(headers['content-type']).toBe('application/problem+json');
  expect(json.status).toBe(status);
  return `${status} ${json.code} ${json.detail}`;
};

describe('a request of the REST façade', () => {
  it('gets the data of the operation at its path, with the same values as GraphQL', async () => {
    const { status, headers, text } = await get('/products/p1');
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-content-type-options': 'nosniff' });
    expect(text).toBe('{"product":{"id":"p1","name":"Product p1","price":12.5,"rating":4.5}}');
    expect((await get('/products/p2?')).json).toEqual({ product: expect.objectContaining({ id: 'p2' }) });
  });

  it('gets the value of the only root field where the document unwraps it, and 404 for null', async () => {
    expect((await get('/bare/p1')).text).toBe('{"id":"p1","sku":42}');
    expect(await problem('/bare/x')).toBe('404 NOT_FOUND There is no such object.');
    expect((await get('/bare/x', { 'if-none-match': '*' })).status).toBe(404);
    // The second time from the response cache.
    expect((await get('/bare/p1')).text).toBe('{"id":"p1","sku":42}');
    expect((await get('/products/x')).text).toBe('{"product":null}');
  });

  it('is matched by the texts of a path before its variables', async () => {
    expect((await get('/products/featured')).json).toEqual({ product: { id: 'p7' } });
    expect((await get('/products/featured2')).json).toEqual({ product: null });
  });

  it('decodes each part of the path by itself, whatever it contains', async () => {
    const text = async (part: string) => JSON.parse((await get(`/texts/${part}/5`)).json.echo).text;
    expect(await text('a%2Fb')).toBe('a/b');
    expect(await text('%2e%2e')).toBe('..');
    expect(await text('..')).toBe('..');
    expect(await text('a%00b')).toBe('a\0b');
    expect(await text('%7Bid%7D')).toBe('{id}');
    expect(await text('Se%C3%B1or+x%2By')).toBe('Señor+x+y');
    expect(await text('__proto__')).toBe('__proto__');
    expect(await text('x'.repeat(8000))).toHaveLength(8000);
    expect(await problem('/texts/%E0%A4%A/5')).toMatch(/^400 BAD_REQUEST The path is not encoded/);
    expect(await problem('/texts/%/5')).toMatch(/^400 BAD_REQUEST The path is not encoded/);
    for (const path of [
      '/texts//5',
      '/texts/a',
      '/texts/a/5/',
      '//texts/a/5',
      `/${'a/'.repeat(2000)}`,
      '/constructor',
    ]) {
      expect(await problem(path)).toBe('404 NOT_FOUND There is nothing at this path.');
    }
    expect(await problem('/texts/a/five')).toBe(
      '400 BAD_USER_INPUT The path parameter "int" is "five": give an integer from -2147483648 to 2147483647.',
    );
  });

  it('has values of the query string by the types of the schema, with every digit', async () => {
    expect(await echoed('int=-2147483648&float=1.50&yes=false&text=&id=007')).toEqual({
      ...{ int: -2147483648, float: 1.5, yes: false, text: '', id: '007' },
    });
    expect(await echoed('long=12345678901234567890')).toEqual({ long: '12345678901234567890' });
    expect(await echoed('ids=b&ids=a&ids=b')).toEqual({ ids: ['b', 'a', 'b'] });
    expect(await echoed('ids=a,b')).toEqual({ ids: ['a,b'] });
    expect(await echoed(`range=${encodeURIComponent('{"min":1,"inner":{"max":2}}')}`)).toEqual({
      range: { min: 1, max: 1000, inner: { max: 2 } },
    });
    expect(await echoed(`ranges=${encodeURIComponent('[{"max":2}]')}&matrix=[[1,2],[3]]`)).toEqual({
      ...{ ranges: [{ max: 2 }], matrix: [[1, 2], [3]] },
    });
    expect(await echoed(`json=${encodeURIComponent('{"a":[1]}')}`)).toEqual({ json: { a: [1] } });
    expect(await echoed('json=5')).toEqual({ json: '5' });
    expect(JSON.parse((await get('/categories?categories=BOOK&categories=GAME')).json.products[0].name)).toEqual({
      categories: ['BOOK', 'GAME'],
    });
    expect(JSON.parse((await get('/proto?hasOwnProperty=a&constructor=b')).json.echo)).toEqual({ text: 'a', id: 'b' });
  });

  it('is rejected with the name of a parameter that is wrong, repeated, unknown or missing', async () => {
    const wrong = async (query: string) => (await problem(`/echo?${query}`)).replace('400 BAD_USER_INPUT ', '');
    expect(await wrong('int=2147483648')).toMatch('query parameter "int" is "2147483648": give an integer from');
    expect(await wrong('int=1.0')).toMatch('give an integer');
    expect(await wrong('int=')).toMatch('parameter "int" is "": give an integer');
    expect(await wrong('float=NaN')).toMatch('give a number such as 1.5');
    expect(await wrong('float=0x10')).toMatch('give a number');
    expect(await wrong('yes=1')).toMatch('give true or false');
    expect(await wrong('range=[]')).toMatch('give an object as JSON');
    expect(await wrong('ranges={}')).toMatch('give a list as JSON');
    expect(await wrong('json={')).toMatch('valid JSON');
    expect(await wrong(`text=${'&text=x'}`)).toBe('The query parameter "text" is given twice: give it once.');
    expect(await wrong('toString=x')).toBe('There is no query parameter "toString" here.');
    expect(await wrong('int=1&itn=2')).toBe('There is no query parameter "itn" here.');
    expect(await problem('/categories')).toBe('400 BAD_USER_INPUT The query parameter "categories" is required.');
    expect(await problem('/categories?categories=TOY')).toMatch(
      /^400 BAD_USER_INPUT Variable "\$categories" got invalid/,
    );
    expect(await problem('/products/p1?id=p2')).toBe('400 BAD_USER_INPUT There is no query parameter "id" here.');
    expect(await problem('/echo?text=%ff')).toBe('400 BAD_REQUEST The query string is not UTF-8.');
    const { json } = await get('/echo?int=x');
    expect(json.errors[0].extensions).toEqual({ code: 'BAD_USER_INPUT', parameter: { in: 'query', name: 'int' } });
  });

  it('takes the variables of POST, PUT and PATCH from its body', async () => {
    const post = (path: string, body: unknown, headers = {}) =>
      shop.send('POST', `/rest/web${path}`, { body, headers });
    expect((await post('/search', { text: 'x' })).json.find).toEqual([
      { __typename: 'Product', id: 'p1' },
      { __typename: 'Voucher' },
    ]);
    const added = await post('/products', '{"name":"New","sku":7}');
    expect(added.text).toBe('{"addProduct":{"name":"New","tags":["new"],"sku":7}}');
    expect((await shop.send('PUT', '/rest/web/products/p1', { body: { name: 'N' } })).json).toEqual({
      renameProduct: { id: 'p1', name: 'N' },
    });
    expect((await shop.send('DELETE', '/rest/web/products/p1')).text).toBe('true');
    const rejected = async (method: string, path: string, body: unknown, headers = {}) => {
      const { status, json } = await shop.send(method, `/rest/web${path}`, { body, headers });
      return `${status} ${json.detail}`;
    };
    expect(await rejected('POST', '/search', {})).toBe('400 The body lacks the member "text".');
    expect(await rejected('POST', '/search', { text: 'x', more: 1 })).toBe('400 The body has no member "more" here.');
    expect(await rejected('POST', '/search', '{"text":"x","__proto__":1}')).toBe(
      '400 The body has no member "__proto__" here.',
    );
    expect(await rejected('POST', '/search', [])).toBe(
      '400 The body is no object. Its members are the variables: "text".',
    );
    expect(await rejected('POST', '/search', '{')).toBe('400 The body is not JSON in UTF-8.');
    expect(
      await rejected('POST', '/search', 'text=x', { 'content-type': 'application/x-www-form-urlencoded' }),
    ).toMatch('403');
    expect(await rejected('PUT', '/products/p1', 'x', { 'content-type': 'text/plain' })).toBe(
      '415 Send the body as "application/json".',
    );
    expect(await rejected('POST', '/products', { name: 1 })).toMatch(
      '400 Variable "$input" got invalid value 1 at "input.name"',
    );
    expect(await rejected('POST', '/products?name=x', { name: 'x' })).toBe(
      '400 There is no query parameter "name" here.',
    );
    expect(await rejected('PUT', '/products/p1', { name: 'x', id: 'p2' })).toBe(
      '400 The body has no member "id" here.',
    );
    expect(await rejected('DELETE', '/products/p1', { id: 1 })).toBe('400 This path takes no body: send none.');
    expect(await rejected('POST', '/search', `{"text":"${'x'.repeat(1_100_000)}"}`)).toMatch(
      '413 The body of the request',
    );
    expect(
      (await shop.send('POST', '/rest/web/products', { headers: { 'content-type': 'application/json' } })).json.detail,
    ).toBe('A body is required: send JSON.');
  });

  it('has the methods of its path, which OPTIONS and errors name', async () => {
    const options = await shop.send('OPTIONS', '/rest/web/products/p1');
    expect([options.status, options.headers.allow]).toEqual([204, 'GET, HEAD, PUT, DELETE, OPTIONS']);
    const wrong = await shop.send('PATCH', '/rest/web/products/p1', { body: {} });
    expect([wrong.status, wrong.headers.allow, wrong.json.code]).toEqual([
      405,
      'GET, HEAD, PUT, DELETE, OPTIONS',
      'BAD_REQUEST',
    ]);
    const head = await shop.send('HEAD', '/rest/web/products/p1');
    expect([head.status, head.text, head.headers['content-length']]).toEqual([200, '', '69']);
    expect((await shop.send('POST', '/rest/web/products/featured', { body: {} })).headers.allow).toBe(
      'GET, HEAD, OPTIONS',
    );
  });

  it('is not found for a client without such documents, and outside of the façade', async () => {
    expect((await shop.send('GET', '/rest/other/products/p1')).json).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    expect((await shop.send('GET', '/rest')).json.errors[0].message).toMatch('There is nothing at /rest');
    // The document and its page are for development, or an option.
    expect((await get('/openapi.json')).status).toBe(404);
    expect((await get('/')).status).toBe(404);
  });

  it('is served by the handler of another server as well', async () => {
    const response = await shop.gateway.fetch(new Request('http://localhost/rest/web/products/p1'));
    expect([response.status, await response.json()]).toEqual([200, { product: expect.objectContaining({ id: 'p1' }) }]);
  });
});
