// A supergraph that is fetched: polled with its ETag, by header fields that are a CDN's, and from Apollo Uplink.
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { json } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { composeSubgraphs } from '../../gateway/compose/federation/compose-subgraphs.ts';
import { remoteSupergraph } from '../../gateway/config/remote-supergraph.ts';
import { fetchRemote } from '../../gateway/fetched-supergraph.ts';
import { fetchSupergraph, SupergraphUnavailable } from '../../gateway/transport/supergraph-fetch.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { concierge } from '../harness/gateway.ts';
import { listen } from '../harness/listen.ts';
import { closedUrl } from '../harness/servers.ts';
import { send } from './supervised-gateway.ts';

function supergraphOf(fields: string): string {
  const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])';
  const sdl = `${link} type Query { user: User } type User @key(fields: "id") { id: ID! ${fields} }`;
  return composeSubgraphs([{ name: 'users', url: closedUrl, sdl, directives: undefined }]).supergraph;
}

async function serve(listener: RequestListener): Promise<string> {
  const { origin, stop } = await listen(createServer(listener));
  onTestFinished(() => stop());
  return origin;
}

test('a supergraph is polled with its ETag and the key of its CDN; another one is served, a broken one is rejected', async () => {
  let current = { sdl: supergraphOf('name: String'), tag: '"1"' };
  const conditions: (string | undefined)[] = [];
  const origin = await serve(({ headers }, response) => {
    if (headers['x-hive-cdn-key'] !== 'the-key') response.writeHead(403).end();
    else if (headers['if-none-match'] === current.tag) {
      conditions.push(headers['if-none-match']);
      response.writeHead(304).end();
    } else response.writeHead(200, { etag: current.tag }).end(current.sdl);
  });
  const source = { url: `${origin}/supergraph`, headers: { 'x-hive-cdn-key': 'the-key' }, poll: '100ms' };
  const folder = temporaryFolder({
    'gateway.config.mjs': `export default { port: 0, overload: false, supergraph: ${JSON.stringify(source)} };`,
  });
  const gateway = concierge(['start', '--config', `${folder}/gateway.config.mjs`]);
  onTestFinished(async () => {
    await gateway.stop();
  });
  const { url } = (await gateway.line(({ msg }) => msg === 'listening')) as { url: string };
  const emailCode = async () => {
    const query = '{"query":"{ user { email } }"}';
    const { body } = await send('POST', url, { 'content-type': 'application/json' }, query);
    return (body as { errors: { extensions: { code: string } }[] }).errors[0]?.extensions.code;
  };
  expect(await emailCode()).toBe('GRAPHQL_VALIDATION_FAILED');

  current = { sdl: supergraphOf('name: String email: String'), tag: '"2"' };
  expect(await gateway.line(({ msg }) => msg === 'reloaded')).toMatchObject({ by: 'supergraph', generation: 2 });
  while ((await emailCode()) !== 'SUBGRAPH_UNAVAILABLE');
  await expect.poll(() => conditions).toContain('"2"');

  current = { sdl: 'type Query { user: User }', tag: '"3"' };
  const rejected = await gateway.line(({ msg }) => String(msg).startsWith('reload rejected'));
  expect(rejected).toMatchObject({ by: 'supergraph', generation: 2 });
  expect(await emailCode()).toBe('SUBGRAPH_UNAVAILABLE');
});

test('Apollo Uplink gets the id of what is known, and its errors are reported', async () => {
  const received: unknown[] = [];
  const origin = await serve(async (request: IncomingMessage, response) => {
    const { variables } = (await json(request)) as { variables: { ref: string; ifAfterId: string | null } };
    received.push(variables);
    const routerConfig =
      variables.ref !== 'shop@production'
        ? { __typename: 'FetchError', code: 'UNKNOWN_REF', message: 'no such graph' }
        : variables.ifAfterId === 'one'
          ? { __typename: 'Unchanged', id: 'one' }
          : { __typename: 'RouterConfigResult', id: 'one', supergraphSdl: 'schema { query: Query }' };
    response.end(JSON.stringify({ data: { routerConfig } }));
  });
  const source = remoteSupergraph.parse({ graphRef: 'shop@production', key: 'k', endpoints: [`${origin}/`] });
  expect(await fetchSupergraph(source)).toEqual({ sdl: 'schema { query: Query }', version: 'one' });
  expect(await fetchSupergraph(source, 'one')).toBe(null);
  expect(received).toEqual([null, 'one'].map((ifAfterId) => ({ apiKey: 'k', ref: 'shop@production', ifAfterId })));
  const unknown = { ...source, graphRef: 'shop@other' };
  await expect(fetchSupergraph(unknown)).rejects.toThrow(
    new SupergraphUnavailable(`${origin}/: UNKNOWN_REF: no such graph`),
  );
});

test('a redirect to another origin gets no key', async () => {
  const seen: (string | undefined)[] = [];
  const storage = await serve(({ headers }, response) => {
    seen.push(headers['x-key'] as string | undefined);
    response.end('type Query { a: Int }');
  });
  const cdn = await serve((_request, response) => response.writeHead(302, { location: `${storage}/signed` }).end());
  const source = remoteSupergraph.parse({ url: `${cdn}/?token=secret`, headers: { 'x-key': 'k' } });
  expect(await fetchSupergraph(source)).toEqual({ sdl: 'type Query { a: Int }', version: null });
  expect(seen).toEqual([undefined]);
  const gone = remoteSupergraph.parse({ url: `${storage.replace(/\d+$/, '9')}/?token=secret` });
  await expect(fetchSupergraph(gone)).rejects.toThrow(/^http:\/\/127\.0\.0\.1:9\/: /);
});

test('the last good copy serves a start while the source is down; one that was not composed is no copy', async () => {
  let sdl: string | null = 'type Query { good: Int }';
  const origin = await serve((_request, response) => response.writeHead(sdl === null ? 503 : 200).end(sdl));
  const folder = temporaryFolder();
  const source = remoteSupergraph.parse({ url: `${origin}/supergraph?token=secret` });
  const reason = `${origin}/supergraph: it responded with status 503`;
  expect((await fetchRemote(source, folder, false)).store()).toEqual([]);
  sdl = 'type Query {';
  expect(await fetchRemote(source, folder, false)).toMatchObject({ sdl, warnings: [] });
  sdl = null;
  const copied = await fetchRemote(source, folder, false);
  expect(copied).toMatchObject({ sdl: 'type Query { good: Int }', warnings: [expect.stringContaining(reason)] });
  expect(await fetchRemote(source, folder, true)).toMatchObject({ sdl: 'type Query { good: Int }', warnings: [] });
  const other = remoteSupergraph.parse({ url: `${origin}/other` });
  await expect(fetchRemote(other, folder, false)).rejects.toThrow('and there is no copy of it in');
});
