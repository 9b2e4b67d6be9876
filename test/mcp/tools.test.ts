// Trusted documents as tools of the Model Context Protocol: what they are, and what a call of one gets, by plain HTTP.
import { beforeAll, describe, expect, it } from 'vitest';
import { collectDocuments } from '../../gateway/persisted-documents/collect-documents.ts';
import { readTrustedDocuments, TrustedDocuments } from '../../gateway/persisted-documents/trusted-documents.ts';
import { requireLibrary } from '../../gateway/server/mcp/library.ts';
import { toolWarnings } from '../../gateway/tool-warnings.ts';
import { stopsAtEnd } from '../clients-in-the-wild/demo.ts';
import { temporaryFolder } from '../harness/folder.ts';
import type { ParsedJson } from '../harness/parsed-json.ts';
import { openShop, type Shop } from '../rest-facade/shop.ts';

const operations = `
  "A product of the shop."
  query Product("Its id, such as p1." $id: ID!) @tool(title: "Product") { product(id: $id) { id name sku } }
  query Found($text: String! = "x") @tool(name: "search", description: "Finds things.") {
    find(text: $text) { __typename ... on Product { id } ... on Voucher { value } }
  }
  query Rated($id: ID!) @tool { product(id: $id) { rating secret } }
  query Echo($long: Long, $json: JSON, $float: Float) @tool { echo(long: $long, json: $json, float: $float) }
  query Mine($user: ID! @claim(name: "sub")) @tool { mine(user: $user) }
  query Hidden { old }
  mutation Delete($id: ID!) @tool(idempotent: true) { deleteProduct(id: $id) }
  mutation Add($input: ProductInput!) @tool(destructive: false) { addProduct(input: $input) { id sku } }
`;

const later = stopsAtEnd();
let shop: Shop;
beforeAll(async () => {
  shop = await openShop(
    {
      'client.ts': "export default { exclude: ['Product.price', 'Query.items'] };",
      'operations/shop.graphql': operations,
      '../members/client.ts': "export default { authentication: 'required' };",
      '../members/operations/a.graphql': 'query Old @tool { old }',
    },
    later,
    {
      csrf: true,
      cors: { origin: 'https://agents.example' },
      mcp: { mutations: true },
      maxBodyBytes: 10_000,
      limits: { variablesBytes: 2_000 },
    },
  );
});

const user = { 'x-user-id': 'u1' };
const accept = 'application/json, text/event-stream';

/** Sends a message of the era of 2025, whose response is a stream of one event. */
async function rpc(method: string, params: object = {}, headers: Record<string, string> = {}, path = '/mcp/web') {
  const body = { jsonrpc: '2.0', id: 1, method, params };
  const sent = await shop.send('POST', path, { body, headers: { accept, ...headers } });
  const event = /^data: (.*)$/m.exec(sent.text)?.[1];
  return { ...sent, json: (event ? JSON.parse(event) : sent.json) as ParsedJson, event };
}

const call = async (name: string, given: object = {}, headers = {}) =>
  (await rpc('tools/call', { name, arguments: given }, headers)).json.result;
const errorOf = async (name: string, given: object = {}, headers = {}) => {
  const { isError, content, structuredContent } = await call(name, given, headers);
  expect([isError, structuredContent]).toEqual([true, undefined]);
  return JSON.parse(content[0].text);
};

describe('the tools of a client', () => {
  it('are its documents with @tool, described by their variables and their data', async () => {
    const { tools } = (await rpc('tools/list')).json.result;
    const names = tools.map(({ name }: { name: string }) => name);
    expect(names.sort()).toEqual(['Add', 'Delete', 'Echo', 'Mine', 'Product', 'Rated', 'search']);
    const byName = Object.fromEntries(tools.map((tool: { name: string }) => [tool.name, tool]));
    expect(byName.Product).toEqual({
      name: 'Product',
      title: 'Product',
      description: 'A product of the shop.',
      inputSchema: {
        type: 'object',
        properties: { id: { type: 'string', description: 'Its id, such as p1.' } },
        required: ['id'],
        additionalProperties: false,
      },
      outputSchema: expect.objectContaining({ type: 'object', required: ['product'], additionalProperties: false }),
      annotations: { readOnlyHint: true, openWorldHint: false },
    });
    expect(byName.search).toMatchObject({
      description: 'Finds things.',
      inputSchema: { properties: { text: { type: 'string', default: 'x' } } },
      outputSchema: {
        properties: { find: { items: { anyOf: [{ properties: { __typename: { const: 'Product' } } }, {}] } } },
      },
    });
    expect(byName.search.inputSchema.required).toBeUndefined();
    expect(byName.Delete.annotations).toEqual({
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: true,
      openWorldHint: false,
    });
    expect(byName.Add.annotations).toMatchObject({ destructiveHint: false, idempotentHint: false });
    expect(byName.Add.inputSchema.$defs.ProductInput.properties.name.description).toBe('Shown to customers.');
    // What the caller's identity fills is no argument.
    expect(byName.Mine.inputSchema.properties).toEqual({});
  });

  it('are called with arguments of the schema’s types, and return the data with every digit', async () => {
    const { structuredContent, content, isError } = await call('Product', { id: 'p1' });
    expect(structuredContent).toEqual({ product: { id: 'p1', name: 'Product p1', sku: 42 } });
    expect([content, isError]).toEqual([[{ type: 'text', text: JSON.stringify(structuredContent) }], undefined]);
    expect((await call('Delete', { id: 'p1' })).structuredContent).toEqual({ deleteProduct: true });
    const body =
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"Echo","arguments":{"json":{"n":12345678901234567890.10}}}}';
    await shop.send('POST', '/mcp/web', { body, headers: { accept } });
    expect(shop.products.requested.at(-1)!.query).toContain('echo');
    expect((await rpc('tools/call', { name: 'search' })).json.result.structuredContent.find).toHaveLength(2);
  });

  it('have errors with codes, which models read, and the rest of the data', async () => {
    expect(await errorOf('Product', {})).toMatchObject({
      code: 'BAD_USER_INPUT',
      detail: expect.stringContaining('$id'),
    });
    expect(await errorOf('Product', { id: 'p1', more: 1 })).toMatchObject({
      detail: 'The tool Product has no argument "more".',
    });
    expect(await errorOf('Product', JSON.parse('{"id":"p1","__proto__":1}'))).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(await errorOf('Rated', { id: 'p1' })).toMatchObject({
      code: 'UNAUTHENTICATED',
      data: { product: { rating: 4.5, secret: null } },
    });
    expect(await errorOf('Echo', { json: 'x'.repeat(3_000) })).toMatchObject({ code: 'VARIABLES_TOO_LARGE' });
  });

  it('fill variables from the caller’s identity, which no caller sets', async () => {
    expect((await call('Mine', {}, user)).structuredContent).toEqual({ mine: 'of u1' });
    expect(await errorOf('Mine', { user: 'u2' }, user)).toMatchObject({
      detail: 'The tool Mine has no argument "user".',
    });
    expect(await errorOf('Mine')).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('are all there is: nothing else of the graph can be executed', async () => {
    for (const name of ['Hidden', 'toString', '__proto__', '', '{ items { id } }']) {
      const { json } = await rpc('tools/call', { name, arguments: {} });
      expect(json.error).toMatchObject({ code: -32602 });
    }
    expect((await rpc('resources/list')).json.error.code).toBe(-32601);
    expect((await rpc('subscriptions/listen')).json.error.message).toMatch('not supported');
  });
});

it('is not served at all where it selects what its client does not see', async () => {
  const files = {
    'client.ts': "export default { exclude: ['Product.price'] };",
    'operations/a.graphql': 'query Price @tool { product(id: "p1") { price } }',
  };
  const stops: (() => Promise<unknown>)[] = [];
  const opening = openShop(files, (stop) => void stops.push(stop));
  await expect(opening).rejects.toThrow('Cannot query field "price" on type "Product"');
  for (const stop of stops.toReversed()) await stop();
});

it('is none where it is a mutation and mutations are no tools, of which the start warns', () => {
  const folder = temporaryFolder({
    'operations/a.graphql':
      'query A @tool { a }\nmutation B($id: ID) @tool(name: "b") { b(id: $id) }\nmutation C { c }',
  });
  const views = [{ client: { reference: 'web' }, trusted: new TrustedDocuments(readTrustedDocuments(folder)) }];
  const mcp = { path: '/mcp', tools: 'marked' as const, mutations: false };
  expect(toolWarnings({ mcp }, views)).toEqual([
    expect.stringMatching(
      /^client web: .*a\.graphql:2:21: the mutation b has @tool, but is no tool: set mcp\.mutations/,
    ),
  ]);
  expect(toolWarnings({ mcp: { ...mcp, mutations: true } }, views)).toEqual([]);
  expect(toolWarnings({ mcp: false }, views)).toEqual([]);
});

describe('a request to the endpoint of the tools', () => {
  it('is admitted like one of GraphQL', async () => {
    const anonymous = await rpc('tools/list', {}, {}, '/mcp/members');
    expect([anonymous.status, anonymous.json.error]).toEqual([
      401,
      { code: -32000, message: 'This client requires authentication.', data: { code: 'UNAUTHENTICATED' } },
    ]);
    expect(anonymous.headers['www-authenticate']).toMatch(/^Bearer/);
    const page = await rpc('tools/list', {}, { accept: `text/html, ${accept}` }, '/mcp/members');
    expect(page.status).toBe(401);
    expect((await rpc('tools/list', {}, user, '/mcp/members')).json.result.tools).toHaveLength(1);
    const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    expect((await rpc('tools/list', {}, foreign)).json.error.data.code).toBe('CSRF_PREVENTION_FAILED');
    // Of a page whose host's name was bound to this address: browsers send no report for it.
    const rebound = { origin: 'http://evil.example:4000', host: 'evil.example:4000' };
    const { status, json } = await rpc('tools/list', {}, rebound);
    expect([status, json.error.data.code]).toEqual([403, 'CSRF_PREVENTION_FAILED']);
    const allowed = await rpc('tools/list', {}, { origin: 'https://agents.example' });
    expect([allowed.status, allowed.headers['access-control-allow-origin']]).toEqual([200, 'https://agents.example']);
    const own = { origin: 'http://localhost:4000', 'sec-fetch-site': 'same-origin' };
    expect((await rpc('tools/list', {}, own)).status).toBe(200);
    expect((await rpc('tools/list', {}, {}, '/mcp/nobody')).status).toBe(404);
    expect((await rpc('tools/list', {}, {}, '/mcp/web/more')).status).toBe(404);
  });

  it('is one bounded message by POST', async () => {
    const get = await shop.send('GET', '/mcp/web', { headers: { accept: 'text/event-stream' } });
    expect([get.status, get.headers.allow]).toEqual([405, 'POST, OPTIONS']);
    const post = async (body: unknown, headers = {}) => {
      const { status, json } = await shop.send('POST', '/mcp/web', { body, headers: { accept, ...headers } });
      return `${status} ${json?.error?.message}`;
    };
    expect(await post([{ jsonrpc: '2.0', id: 1, method: 'ping' }])).toMatch(/^400 Send one message/);
    expect(await post('{')).toMatch(/^400 The body is no JSON-RPC message/);
    expect(await post('"x"')).toMatch(/^400 The body is no JSON-RPC message/);
    expect(await post({ jsonrpc: '2.0', id: 1, method: 'ping', params: { x: 'x'.repeat(11_000) } })).toMatch(/^413 /);
    expect(await post('['.repeat(4_000))).toMatch(/^400/);
    const listed = await rpc('tools/list');
    expect([listed.status, listed.headers['cache-control'], listed.headers['content-type']]).toEqual([
      200,
      'no-store',
      'text/event-stream',
    ]);
    expect(listed.headers['x-request-id']).toBeTypeOf('string');
  });
});

describe('a name of a tool', () => {
  it('is that of one document, with the characters of the protocol', () => {
    const problems = (text: string) => {
      try {
        collectDocuments(temporaryFolder({ 'a.graphql': text }));
      } catch (error) {
        return (error as { problems: { message: string }[] }).problems.map(({ message }) => message);
      }
      return [];
    };
    expect(problems('query A @tool(name: "a b") { a }')).toEqual([
      '@tool(name: "a b"): give 1 to 128 letters, digits, "_", "-" and "."',
    ]);
    expect(problems('query A @tool(name: "B") { a } query B { a }')[0]).toMatch(
      /^the tool B is also in .*a\.graphql:1:38: give/,
    );
    expect(problems('query A @tool(name: "a.b-c_1") { a }')).toEqual([]);
  });

  it('needs the library of the protocol, which an error names where it is missing', () => {
    const missing = () => {
      throw new Error('not found');
    };
    expect(() => requireLibrary('web', missing)).toThrow(
      /client web has tools.*npm install @modelcontextprotocol\/server/,
    );
  });
});
