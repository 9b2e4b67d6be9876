// OpenAPI documents of the REST façade, and the JSON schemas in them: valid, and true of what is served.
import SwaggerParser from '@apidevtools/swagger-parser';
import { buildSchema, getOperationAST, parse } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { inputSchema, variableSchema } from '../../gateway/json-schema/input-schema.ts';
import { SchemaDefinitions } from '../../gateway/json-schema/json-schema.ts';
import { selectionSchema } from '../../gateway/json-schema/selection-schema.ts';
import { stopsAtEnd } from '../clients-in-the-wild/demo.ts';
import type { ParsedJson } from '../harness/parsed-json.ts';
import { openShop, type Shop } from './shop.ts';

const operations = `
  "A product. \\n\\nMore about it."
  query Product("Of the product." $id: ID!) @rest(get: "/products/{id}", unwrap: true) { product(id: $id) { ...Fields } }
  query Products($first: Int = 10, $categories: [Category!], $prices: Range) @rest(get: "/products") {
    products(first: $first, categories: $categories, prices: $prices) { ...Fields }
  }
  query Found($text: String!, $all: Boolean!) @rest(post: "/search") {
    found: find(text: $text) { __typename ... on Product { id price @include(if: $all) } ... on Voucher { value } }
  }
  query Old @rest(get: "/old") { old }
  mutation Add($input: ProductInput!) @rest(post: "/products", body: "input") { addProduct(input: $input) { id } }
  query Mine($user: ID! @claim(name: "sub")) @rest(get: "/mine") { mine(user: $user) }
  fragment Fields on Product { id title: name category tags sku }
`;

const later = stopsAtEnd();
let shop: Shop;
let document: ParsedJson;
beforeAll(async () => {
  shop = await openShop(
    {
      'operations/shop.graphql': operations,
      '../app/client.ts': "export default { authentication: 'required', version: '3' };",
      '../app/operations/a.graphql': 'query Old @rest(get: "/old") { old }',
    },
    later,
    {
      rest: { path: '/api', openapi: true },
      authentication: {
        identityHeader: {},
        apiKeys: { header: 'x-key', keys: [{ name: 'a', hash: `sha256:${'0'.repeat(64)}` }] },
      },
    },
  );
  document = (await shop.send('GET', '/api/web/openapi.json')).json;
});

describe('the OpenAPI document of a client', () => {
  it('is valid, and has the address of the façade', async () => {
    const validated = await SwaggerParser.validate(structuredClone(document));
    expect(validated.info.title).toBe('web');
    expect(document).toMatchObject({ openapi: '3.1.0', servers: [{ url: '/api/web' }], info: { version: '1' } });
    expect(Object.keys(document.paths).sort()).toEqual(['/mine', '/old', '/products', '/products/{id}', '/search']);
  });

  it('has each operation with its parameters, body, data and problems', () => {
    const { get } = document.paths['/products/{id}'];
    expect(get).toMatchObject({
      operationId: 'Product',
      summary: 'A product.',
      parameters: [
        { name: 'id', in: 'path', required: true, description: 'Of the product.', schema: { type: 'string' } },
      ],
    });
    expect(get.responses[404]).toEqual({ $ref: '#/components/responses/Problem' });
    expect(get.responses[200].content['application/json'].schema).toEqual({
      type: 'object',
      properties: {
        id: { type: 'string' },
        title: { type: 'string' },
        category: { $ref: '#/components/schemas/Category' },
        tags: { type: 'array', items: { type: 'string' } },
        sku: { title: 'Long' },
      },
      required: ['id', 'title', 'category', 'tags', 'sku'],
      additionalProperties: false,
    });
    expect(document.paths['/products'].get.parameters).toEqual([
      {
        name: 'first',
        in: 'query',
        required: false,
        schema: { type: 'integer', minimum: -2147483648, maximum: 2147483647, default: 10 },
      },
      {
        name: 'categories',
        in: 'query',
        required: false,
        schema: { type: 'array', items: { $ref: '#/components/schemas/Category' } },
      },
      {
        name: 'prices',
        in: 'query',
        required: false,
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Range' } } },
      },
    ]);
    expect(document.components.schemas.Range.properties).toMatchObject({
      max: { type: 'number', default: 1000 },
      inner: { anyOf: [{ $ref: '#/components/schemas/Range' }, { type: 'null' }] },
    });
    expect(document.paths['/products'].post.requestBody).toEqual({
      required: true,
      content: { 'application/json': { schema: { $ref: '#/components/schemas/ProductInput' } } },
    });
    expect(document.paths['/search'].post.requestBody.content['application/json'].schema).toMatchObject({
      required: ['text', 'all'],
      additionalProperties: false,
    });
    expect(document.paths['/old'].get.deprecated).toBe(true);
    // What the caller's identity fills is no parameter.
    expect(document.paths['/mine'].get.parameters).toBeUndefined();
  });

  it('names the credentials that are accepted, and whether they are required', async () => {
    expect(document.components.securitySchemes).toEqual({ apiKey: { type: 'apiKey', in: 'header', name: 'x-key' } });
    expect(document.security).toEqual([{ apiKey: [] }, {}]);
    const { status, json, headers } = await shop.send('GET', '/api/app/openapi.json', {
      headers: { 'x-user-id': 'u1' },
    });
    expect([status, json.security, json.info.version]).toEqual([200, [{ apiKey: [] }], '3']);
    expect(headers['cache-control']).toBe('private, no-cache');
    expect((await shop.send('GET', '/api/app/openapi.json')).status).toBe(401);
  });

  it('is shown by a page that loads nothing from elsewhere', async () => {
    const page = await shop.send('GET', '/api/web/', { headers: { accept: 'text/html' } });
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.text).not.toMatch(/(?:src|href)="https?:/);
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'sha256-\S+ 'self';/);
    expect((await shop.send('GET', '/api/web')).headers.location).toBe('web/');
    const script = await shop.send('GET', '/api/web/-/viewer.js');
    expect([script.status, script.headers['content-type']]).toEqual([200, 'text/javascript; charset=utf-8']);
    const { etag } = script.headers;
    expect(
      (await shop.send('GET', '/api/web/-/viewer.js', { headers: { 'if-none-match': String(etag) } })).status,
    ).toBe(304);
    expect((await shop.send('POST', '/api/web/openapi.json', { body: {} })).json).toMatchObject({ status: 405 });
    expect((await shop.send('GET', '/api/web/-/other.js')).status).toBe(404);
  });
});

const schema = buildSchema(`
  enum Size { "Small." S L }
  scalar Date @specifiedBy(url: "https://date.example")
  input Filter @oneOf { name: String size: Size }
  input Deep { inner: Deep list: [[Int!]!]! = [[1]] size: Size! = S at: Date }
  interface Node { id: ID! }
  type A implements Node { id: ID! a: Int friends: [Node] size: Size @deprecated }
  type B implements Node { id: ID! b: [Float!] }
  type C implements Node { id: ID! }
  union U = A | B
  type Query { node: Node nodes: [Node!]! u(filter: Filter, deep: Deep): U }
`);

function selected(query: string) {
  const parsed = parse(query);
  return selectionSchema(parsed, getOperationAST(parsed)!, schema, new SchemaDefinitions('#/$defs/')).properties;
}

describe('the schema of a selection', () => {
  it('tells the objects of abstract types apart by their type’s name, and joins those that are alike', () => {
    expect(selected('{ u { kind: __typename ... on A { a } ...B } } fragment B on B { b }')).toEqual({
      u: {
        anyOf: [
          {
            type: 'object',
            properties: {
              kind: { type: 'string', const: 'A' },
              a: { type: ['integer', 'null'], minimum: -2147483648, maximum: 2147483647 },
            },
            required: ['kind', 'a'],
            additionalProperties: false,
          },
          {
            type: 'object',
            properties: {
              kind: { type: 'string', const: 'B' },
              b: { type: ['array', 'null'], items: { type: 'number' } },
            },
            required: ['kind', 'b'],
            additionalProperties: false,
          },
          { type: 'null' },
        ],
      },
    });
    expect(selected('{ nodes { __typename id } }')).toEqual({
      nodes: {
        type: 'array',
        items: {
          type: 'object',
          properties: { __typename: { type: 'string', enum: ['A', 'B', 'C'] }, id: { type: 'string' } },
          required: ['__typename', 'id'],
          additionalProperties: false,
        },
      },
    });
    expect(selected('{ nodes { id } }')!.nodes!.items).not.toHaveProperty('anyOf');
  });

  it('leaves optional what @skip and @include may leave out, unless it is selected otherwise as well', () => {
    const query = `query ($x: Boolean!) { node { ... @include(if: $x) { id } } nodes { id @skip(if: $x) ...N } } fragment N on Node { id }`;
    const { node, nodes } = selected(query)!;
    expect(node!.required).toBeUndefined();
    expect(nodes!.items!.required).toEqual(['id']);
  });

  it('ends where fragments multiply the fields without end', () => {
    const levels = Array.from(
      { length: 20 },
      (_, n) => `fragment F${n} on A { x${n}: friends { ...F${n + 1} } y${n}: friends { ...F${n + 1} } }`,
    );
    const parsed = parse(`{ node { ...F0 } } ${levels.join(' ')} fragment F20 on A { id }`);
    expect(selectionSchema(parsed, getOperationAST(parsed)!, schema, new SchemaDefinitions('#/$defs/'))).toEqual({
      type: 'object',
    });
  });
});

describe('the schema of variables', () => {
  it('has defaults, lists, recursion by reference, enums, and exactly one of the fields of a oneOf', () => {
    const definitions = new SchemaDefinitions('#/$defs/');
    const parsed = parse(
      'query ($deep: Deep = { list: [], size: L }, $filter: Filter!, $big: Date = 9007199254740993) { u(deep: $deep) { __typename } }',
    );
    const variables = getOperationAST(parsed)!.variableDefinitions!.map((each) =>
      variableSchema(each, schema, definitions, new Map([['filter', 'Which.']])),
    );
    expect(variables).toEqual([
      {
        name: 'deep',
        isRequired: false,
        schema: { anyOf: [{ $ref: '#/$defs/Deep' }, { type: 'null' }], default: { list: [], size: 'L' } },
      },
      { name: 'filter', isRequired: true, schema: { $ref: '#/$defs/Filter', description: 'Which.' } },
      { name: 'big', isRequired: false, schema: { title: 'Date', description: 'Specified by https://date.example' } },
    ]);
    expect(definitions.all).toMatchObject({
      Deep: {
        properties: {
          inner: { anyOf: [{ $ref: '#/$defs/Deep' }, { type: 'null' }] },
          list: { type: 'array', items: { type: 'array', items: { type: 'integer' } }, default: [[1]] },
          size: { $ref: '#/$defs/Size', default: 'S' },
        },
        additionalProperties: false,
      },
      Filter: { minProperties: 1, maxProperties: 1, properties: { name: { type: 'string' } } },
      Size: { type: 'string', enum: ['S', 'L'], description: '- `S`: Small.' },
    });
    expect(definitions.all!.Deep).not.toHaveProperty('required');
    expect(inputSchema(schema.getType('Size') as never, definitions)).toEqual({
      anyOf: [{ $ref: '#/$defs/Size' }, { type: 'null' }],
    });
  });
});
