// Both HTTP paths give the same response to every request: status, headers and body.

import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { credentialsOf, orderDesk } from '../harness/demo-users.ts';
import { urlsOf } from '../harness/gateway.ts';
import { profileQuery } from '../harness/profile-query.ts';
import { startServices, type TestServices } from '../harness/subgraphs.ts';
import { posting as anonymous, type BothPaths, type RawRequest, sameResponse, startBothPaths } from './both-paths.ts';

const maxBodyBytes = 100_000;

/** Every request goes to the services: how old a cached response is could differ by a second. */
const cache = { responses: false };

/** Of a caller who may do everything, unless the headers name another. */
const posting: typeof anonymous = (body, headers = {}) => anonymous(body, { ...orderDesk, ...headers });

let subgraphs: TestServices;
let whole: BothPaths;
let withoutOrders: BothPaths;
beforeAll(async () => {
  subgraphs = await startServices();
  const { orders, ...others } = urlsOf(subgraphs);
  whole = await startBothPaths(
    { ...others, orders },
    // Without a bound on tokens before it, a document can be too deep for any stack.
    { maxBodyBytes, cache, limits: { tokens: 1_000_000 } },
  );
  withoutOrders = await startBothPaths(others, { cache });
});
afterAll(async () => {
  await whole.stop();
  await withoutOrders.stop();
  await subgraphs.stop();
});

/**
 * Title, request, and the status of the response. With `application/json`, the content type where no other type is
 * accepted, errors of the operation itself have status 200.
 */
type Case = [what: string, request: RawRequest, status: number];

const product = '{ product(id: "p1") { name price { amount currency } } }';
const byId = 'query ById($id: ID!) { product(id: $id) { name } }';
const two = 'query A { product(id: "p1") { id } } query B { product(id: "p2") { id } }';
const setStock = 'mutation ($id: ID!) { setStock(productId: $id, quantity: 7) { id inStock } }';
const choice =
  'query ($yes: Boolean!, $no: Boolean = true) { product(id: "p1") { id @skip(if: $no) name @include(if: $yes) } }';
const introspection = '{ __schema { queryType { name } types { name kind fields { name type { name } } } } }';
const fragments =
  'query { product(id: "p1") { ...P ... on Product { id } __typename } } fragment P on Product { name ... { rating } }';
const responseText = 'Änderung "x" \\ \n\t\u2028 \ud83d\ude00 </script>';

const operations: Case[] = [
  ['a query', posting({ query: product }), 200],
  ['a query of five services', posting({ query: profileQuery }), 200],
  ['a query with variables', posting({ query: byId, variables: { id: 'p2' } }), 200],
  [
    'a query with variables and its name',
    posting({ query: byId, variables: { id: 'p2' }, operationName: 'ById' }),
    200,
  ],
  ['variables that the operation does not declare', posting({ query: byId, variables: { id: 'p2', more: [1] } }), 200],
  ['an id that is a number', posting({ query: byId, variables: { id: 2 } }), 200],
  ['variables that are null', posting({ query: product, variables: null, operationName: null }), 200],
  ['one of two operations', posting({ query: two, operationName: 'B' }), 200],
  ['two operations and no name', posting({ query: two }), 400],
  ['a name that no operation has', posting({ query: two, operationName: 'C' }), 400],
  ['a name where the operation has none', posting({ query: product, operationName: 'C' }), 400],
  ['an empty name', posting({ query: product, operationName: '' }), 400],
  ['a mutation', posting({ query: setStock, variables: { id: 'p3' } }), 200],
  ['a mutation of what is not there', posting({ query: setStock, variables: { id: 'nothing' } }), 200],
  ['introspection', posting({ query: introspection }), 200],
  ['the type of the root', posting({ query: '{ __typename }' }), 200],
  ['fragments', posting({ query: fragments }), 200],
  ['skip and include', posting({ query: choice, variables: { yes: true } }), 200],
  ['skip and include, the other way', posting({ query: choice, variables: { yes: false, no: false } }), 200],
  ['nothing left by skip and include', posting({ query: choice, variables: { yes: false } }), 200],
  ['what is not there', posting({ query: byId, variables: { id: 'nothing' } }), 200],
  ['a subscription', posting({ query: 'subscription { product }' }), 200],
  ['an anonymous caller', anonymous({ query: profileQuery }), 200],
  ['an unknown user', posting({ query: profileQuery }, await credentialsOf('nobody')), 200],
  ['a token that is none', posting({ query: profileQuery }, { authorization: 'Bearer none' }), 401],
  [
    '__proto__ and constructor as aliases',
    posting({ query: '{ __proto__: product(id: "p1") { constructor: id toString: name __proto__: name } }' }),
    200,
  ],
  [
    '__proto__ as a name of the operation',
    posting({ query: 'query __proto__ { __typename }', operationName: '__proto__' }),
    200,
  ],
  ['an alias twice', posting({ query: '{ a: product(id: "p1") { id } a: product(id: "p1") { name } }' }), 200],
];

const rejected: Case[] = [
  ['a variable that is missing', posting({ query: byId, variables: {} }), 200],
  ['a variable of the wrong type', posting({ query: byId, variables: { id: { a: 1 } } }), 200],
  ['a variable that is null', posting({ query: byId, variables: { id: null } }), 200],
  ['a condition that is no Boolean', posting({ query: choice, variables: { yes: 'yes' } }), 200],
  [
    'an input object with a field too many',
    posting({
      query: 'mutation ($i: PlaceOrderInput!) { placeOrder(input: $i) { id } }',
      variables: { i: { userId: 'u1', lines: [{ productId: 'p1', quantity: '2', colour: 'red' }] } },
    }),
    200,
  ],
  ['a field that does not exist', posting({ query: '{ product(id: "p1") { colour } }' }), 200],
  [
    'many fields that do not exist',
    posting({ query: `{ ${Array.from({ length: 150 }, (_, index) => `f${index}`).join(' ')} }` }),
    200,
  ],
  ['an argument that is missing', posting({ query: '{ product { name } }' }), 200],
  ['a variable that is not declared', posting({ query: '{ product(id: $id) { name } }' }), 200],
  ['a lookup field between services', posting({ query: '{ _products(ids: ["p1"]) { id } }' }), 200],
  ['a document that does not parse', posting({ query: '{ product(id: }' }), 200],
  ['a document of blanks', posting({ query: '  \n' }), 200],
  ['a document without an operation', posting({ query: 'fragment P on Product { id }' }), 400],
];

const bodies: Case[] = [
  ['no body', { headers: { 'content-type': 'application/json' } }, 400],
  ['an empty body', posting(''), 400],
  ['a body that is null', posting('null'), 400],
  ['a body that is a list of nothing', posting('[]'), 400],
  ['a batch', posting([{ query: product }, { query: '{ __typename }' }]), 200],
  ['a body that is text', posting('"{ __typename }"'), 400],
  ['a body that is a number', posting('42'), 400],
  ['a body that is true', posting('true'), 400],
  ['a body that breaks off', posting('{"query":"{ __typename }"'), 400],
  ['a body with something behind it', posting('{"query":"{ __typename }"} x'), 400],
  ['a body with a byte order mark', posting('\ufeff{"query":"{ __typename }"}'), 400],
  [
    'bytes that are not UTF-8',
    {
      headers: { 'content-type': 'application/json' },
      body: Buffer.concat([
        Buffer.from('{"query":"{ product(id: \\"'),
        Buffer.from([0xff, 0xc3]),
        Buffer.from('\\") { id } }"}'),
      ]),
    },
    400,
  ],
  ['blanks around the body', posting(` \n{"query":"{ __typename }"}\n`), 200],
  ['the same name twice', posting('{"query":"{ nothing }","query":"{ __typename }"}'), 200],
  ['an object without a query', posting({}), 400],
  ['a query that is null', posting({ query: null }), 400],
  ['a query that is empty', posting({ query: '' }), 400],
  ['variables without a query', posting({ variables: {} }), 400],
  ['a query that is a number', posting({ query: 7 }), 400],
  ['a query that is a list', posting({ query: [product] }), 400],
  ['a query that is an object', posting({ query: { a: 1 } }), 400],
  ['variables that are text', posting({ query: byId, variables: '{"id":"p1"}' }), 400],
  ['variables that are a list', posting({ query: byId, variables: ['p1'] }), 400],
  ['variables that are a number', posting({ query: byId, variables: 1 }), 400],
  ['a name that is a number', posting({ query: product, operationName: 1 }), 400],
  ['a name that is an object', posting({ query: product, operationName: { a: 1 } }), 400],
  ['a parameter that is unknown', posting({ query: product, colour: 'red' }), 400],
  ['a parameter that is unknown, and null', posting({ query: product, colour: null }), 200],
  ['__proto__ as a parameter', posting('{"query":"{ __typename }","__proto__":{"query":"{ nothing }"}}'), 400],
  [
    '__proto__ among the variables',
    posting(`{"query":${JSON.stringify(byId)},"variables":{"__proto__":{"id":"p1"}}}`),
    200,
  ],
  ['extensions', posting({ query: product, extensions: { some: 'thing' } }), 200],
  ['extensions that are null', posting({ query: product, extensions: null }), 200],
  ['extensions that are text', posting({ query: product, extensions: 'x' }), 400],
  ['a body at the limit', posting(padded(maxBodyBytes)), 200],
  ['a body over the limit', posting(padded(maxBodyBytes + 1)), 413],
  ['a body over the limit, of unknown length', { ...posting(padded(maxBodyBytes + 1)), chunks: 9000 }, 413],
  ['a body of unknown length', { ...posting({ query: product }), chunks: 16 }, 200],
  ['a body of unknown length that is no JSON', { ...posting('{"query'), chunks: 3 }, 400],
  [
    'a long query',
    posting({
      query: `{ ${Array.from({ length: 400 }, (_, index) => `a${index}: product(id: "p${index % 9}") { id name }`).join(' ')} }`,
    }),
    200,
  ],
  [
    'a query that is too deep to be read',
    posting({ query: `{ product(id: "p1") { ${'... { '.repeat(8000)}id${' }'.repeat(8000)} } }` }),
    200,
  ],
  ['a deep query', posting({ query: `{ product(id: "p1") { ${'... { '.repeat(500)}id${' }'.repeat(500)} } }` }), 200],
];

const texts: Case[] = [
  [
    'quotes, line ends, emoji in an argument',
    posting({ query: `{ product(id: ${JSON.stringify(responseText)}) { id } }` }),
    200,
  ],
  ['quotes, line ends, emoji in a variable', posting({ query: byId, variables: { id: responseText } }), 200],
  [
    'the same in a response',
    posting({
      query: 'mutation ($name: String!) { updateProfile(input: { id: "u2", name: $name }) { id name } }',
      variables: { name: responseText },
    }),
    200,
  ],
  [
    'half a surrogate pair in a variable',
    posting(`{"query":${JSON.stringify(byId)},"variables":{"id":"a\\ud83db"}}`),
    200,
  ],
  ['half a surrogate pair in a query', posting('{"query":"{ product(id: \\"a\\ud83db\\") { id } }"}'), 200],
  [
    'half a surrogate pair in a response',
    posting(
      '{"query":"mutation ($name: String!) { updateProfile(input: { id: \\"u3\\", name: $name }) { name } }","variables":{"name":"x\\udc00y"}}',
    ),
    200,
  ],
  [
    'control characters and a null byte',
    posting(
      '{"query":"mutation ($name: String!) { updateProfile(input: { id: \\"u4\\", name: $name }) { name } }","variables":{"name":"a\\u0001b\\u001fc\\u007f"}}',
    ),
    200,
  ],
  ['a block string', posting({ query: '{ product(id: """p1""") { id } }' }), 200],
  ['escapes in the query', posting({ query: '{ product(id: "\\u0070\\u{31}") { id } }' }), 200],
  [
    'comments, commas and a byte order mark in the query',
    posting({ query: '\ufeff# a\n{,product(id:"p1"),{,id,},} # b' }),
    200,
  ],
];

const contentTypes: Case[] = [
  ...(
    [
      ['application/json; charset=utf-8', 200],
      ['application/json;charset=utf-8', 200],
      ['application/json; charset=UTF-8', 200],
      ['application/json; charset=latin1', 415],
      ['application/json; charset="utf-8"', 200],
      ['APPLICATION/JSON', 200],
      ['application/json, text/plain', 200],
      ['application/jsonp', 415],
      ['application/graphql+json', 200],
      ['application/graphql-response+json', 415],
      ['text/plain', 415],
      ['text/plain; application/json', 415],
      ['', 415],
      ['image/png', 415],
      ['multipart/form-data', 415],
    ] as const
  ).map(
    ([type, status]): Case => [`content type "${type}"`, posting({ query: product }, { 'content-type': type }), status],
  ),
  ['no content type', { body: JSON.stringify({ query: product }) }, 415],
  ['two content types', posting({ query: product }, { 'content-type': ['application/json', 'text/plain'] }), 200],
  ['a query as it is', { headers: { 'content-type': 'application/graphql' }, body: product }, 200],
  [
    'a form',
    { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: `query=${encodeURIComponent(product)}` },
    200,
  ],
  [
    'a form in parts',
    {
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body: `--b\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${JSON.stringify({ query: product })}\r\n--b--\r\n`,
    },
    415,
  ],
  [
    'a compressed body',
    {
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: gzipSync(JSON.stringify({ query: product })),
    },
    200,
  ],
  ['content encoding "identity"', posting({ query: product }, { 'content-encoding': 'identity' }), 200],
];

const accepted: [accept: string | readonly string[], status: number][] = [
  ['*/*', 200],
  ['', 200],
  ['application/json', 200],
  ['application/json; charset=utf-8', 200],
  ['application/json; charset=UTF-8', 200],
  ['application/json; charset=latin1', 406],
  ['application/*', 200],
  ['*/json', 406],
  ['*/json, application/graphql-response+json', 200],
  ['*/graphql-response+json', 406],
  ['APPLICATION/JSON', 200],
  ['application/graphql-response+json', 200],
  ['application/graphql-response+json; charset=utf-8', 200],
  ['application/graphql-response+json, application/json;q=0.9', 200],
  ['application/json;q=0.9, application/graphql-response+json', 200],
  ['application/json; charset=latin1, application/graphql-response+json', 200],
  ['text/html, application/json', 200],
  ['text/html', 406],
  ['text/html, */*;q=0.1', 200],
  ['text/event-stream', 200],
  ['text/event-stream, application/json', 200],
  ['application/json, text/event-stream', 200],
  ['text/*', 200],
  ['multipart/mixed', 200],
  ['multipart/mixed, application/graphql-response+json', 200],
  ['image/png', 406],
  ['application/xml', 406],
  ['json', 406],
  [',', 200],
  ['application/json;q=0.1, application/graphql-response+json', 200],
  ['application/json;q=0', 406],
  ['application/json;q=0, */*', 200],
  ['application/json; charset="utf-8"', 200],
  [',application/json', 200],
  [['image/png', 'application/json'], 200],
];

const methods: Case[] = [
  ['GET', { method: 'GET', path: `/graphql?query=${encodeURIComponent(product)}` }, 200],
  [
    'GET with variables',
    {
      method: 'GET',
      path: `/graphql?query=${encodeURIComponent(byId)}&variables=${encodeURIComponent('{"id":"p1"}')}&operationName=ById`,
    },
    200,
  ],
  [
    'GET with variables that are no JSON',
    { method: 'GET', path: `/graphql?query=${encodeURIComponent(byId)}&variables=%7Bid` },
    400,
  ],
  ['GET without a query', { method: 'GET' }, 400],
  ['GET with an empty query', { method: 'GET', path: '/graphql?query=' }, 400],
  ['GET with variables alone', { method: 'GET', path: '/graphql?variables=%7B%7D' }, 400],
  [
    'GET of a mutation',
    {
      method: 'GET',
      path: `/graphql?query=${encodeURIComponent('mutation { setStock(productId: "p1", quantity: 1) { id } }')}`,
    },
    405,
  ],
  [
    'GET with a JSON content type',
    {
      method: 'GET',
      path: `/graphql?query=${encodeURIComponent(product)}`,
      headers: { 'content-type': 'application/json' },
    },
    200,
  ],
  ['PUT', { ...posting({ query: product }), method: 'PUT' }, 405],
  ['PATCH', { ...posting({ query: product }), method: 'PATCH' }, 405],
  ['DELETE', { method: 'DELETE' }, 405],
  ['OPTIONS', { method: 'OPTIONS' }, 204],
  ['HEAD', { method: 'HEAD', path: `/graphql?query=${encodeURIComponent(product)}` }, 200],
  [
    'HEAD of a mutation',
    {
      method: 'HEAD',
      path: `/graphql?query=${encodeURIComponent('mutation { setStock(productId: "p1", quantity: 1) { id } }')}`,
    },
    405,
  ],
  ['POST with a query string', { ...posting({ query: product }), path: '/graphql?query={nothing}' }, 200],
  ['POST with a slash at the end of the path', { ...posting({ query: product }), path: '/graphql/' }, 200],
  ['POST with two', { ...posting({ query: product }), path: '/graphql//' }, 404],
];

const others: Case[] = [
  ['a request id', posting({ query: product }, { 'x-request-id': 'from-the-caller' }), 200],
  ['a request id that cannot be taken', posting({ query: product }, { 'x-request-id': 'a b' }), 200],
  ['an origin, without CORS', posting({ query: product }, { origin: 'https://shop.example' }), 200],
  ['a host that is none', posting({ query: product }, { host: '[' }), 400],
  ['a connection that is to end', posting({ query: product }, { connection: 'close' }), 200],
  ['a client that waits for 100 Continue', posting({ query: product }, { expect: '100-continue' }), 200],
];

describe.each([
  ['operation', operations],
  ['rejected operation', rejected],
  ['body', bodies],
  ['text', texts],
  ['content type', contentTypes],
  ['method', methods],
  ['request', others],
])('%s', (_group, cases) => {
  test.each(cases)('%s', async (_what, request, status) => {
    const response = await sameResponse(whole, request);
    expect(response).toMatchObject({ status });
  });
});

describe('accept', () => {
  test.each(accepted)('%j', async (accept, status) => {
    const response = await sameResponse(whole, posting({ query: product }, { accept }));
    expect(response).toMatchObject({ status });
  });

  test.each(accepted)('%j for a rejected operation', async (accept) => {
    await sameResponse(whole, posting({ query: '{ nothing }' }, { accept }));
  });

  test.each(accepted)('%j for a response with errors', async (accept) => {
    await sameResponse(withoutOrders, posting({ query: '{ order(id: "o1") { id } }' }, { accept }));
  });
});

describe('rejected operations, where the GraphQL media type is accepted', () => {
  test.each(rejected)('%s', async (_what, { body }) => {
    const accept = 'application/graphql-response+json';
    const response = await sameResponse(whole, posting(String(body), { accept }));
    expect(response).toMatchObject({ status: 400, headers: { 'content-type': `${accept}; charset=utf-8` } });
    for (const error of JSON.parse(response.body).errors) expect(error.extensions.code).toMatch(/^[A-Z_]+$/);
  });
});

describe('while orders is down', () => {
  test.each<Case>([
    ['a profile without orders', posting({ query: profileQuery }), 200],
    ['nothing but orders', posting({ query: '{ order(id: "o1") { id total { amount } } }' }), 200],
    ['a list that may not be null', posting({ query: '{ search(text: "o1") { __typename } }' }), 200],
    [
      'a mutation of two services',
      posting({
        query: 'mutation { cancelOrder(id: "o1") { id } setStock(productId: "p1", quantity: 3) { inStock } }',
      }),
      200,
    ],
  ])('%s', async (_what, request, status) => {
    const response = await sameResponse(withoutOrders, request);
    expect(response).toMatchObject({ status });
    expect(JSON.parse(response.body).errors).not.toEqual([]);
  });
});

/** A query of that many bytes, as JSON. */
function padded(bytes: number): string {
  const start = '{"query":"{ __typename } #';
  return `${start}${'x'.repeat(bytes - start.length - 2)}"}`;
}
