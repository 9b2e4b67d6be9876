// Log line of a subscription: one call for the stream with the number of its events, and one total of what was fetched for them.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from './harness/folder.ts';
import { startGatewayProcess } from './harness/gateway.ts';
import { startUpstream } from './harness/servers.ts';
import { PlainClient } from './websocket/shop.ts';

const directive = 'directive @merge(keyField: String) on FIELD_DEFINITION';
const stockSdl = `${directive} type Query { stock: Item } type Subscription { changed: Item } type Item { id: ID! }`;
const namesSdl = `${directive} type Query { items(ids: [ID!]!): [Item]! @merge(keyField: "id") } type Item { id: ID! name: String }`;

const events = 2000;

test('a subscription of 2,000 events, each with a fetch of its own, has one short log line', async () => {
  const stock = await startUpstream((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (let id = 0; id < events; id += 1) {
      response.write(`event: next\ndata: {"data":{"changed":{"id":"${id}","__typename":"Item"}}}\n\n`);
    }
    response.end('event: complete\ndata:\n\n');
  });
  const names = createServer(async (request, response) => {
    const { query, variables } = (await json(request)) as { query: string; variables: Record<string, string[]> };
    const alias = /(\w+): items/.exec(query)?.[1] ?? 'items';
    const rows = Object.values(variables)
      .flat()
      .map((id) => ({ id, name: `Item ${id}`, __typename: 'Item' }));
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data: { [alias]: rows } }));
  });
  await new Promise<void>((resolve) => names.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    await stock.stop();
    names.closeAllConnections();
    names.close();
  });
  const namesUrl = `http://127.0.0.1:${(names.address() as AddressInfo).port}/graphql`;
  const config = {
    port: 0,
    subgraphs: {
      stock: { url: stock.url, schema: 'stock.graphql' },
      names: { url: namesUrl, schema: 'names.graphql' },
    },
  };
  const folder = temporaryFolder({
    'stock.graphql': stockSdl,
    'names.graphql': namesSdl,
    'gateway.config.mjs': `export default ${JSON.stringify(config)};`,
  });
  const { url, process } = await startGatewayProcess(`${folder}/gateway.config.mjs`);
  onTestFinished(async () => {
    await process.stop();
  });
  const query = 'subscription Changes { changed { id name } }';

  const client = await PlainClient.open(`${url.replace('http', 'ws')}`);
  client.subscribe('1', query);
  let read = 0;
  while ((await client.message()).type === 'next') read += 1;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query }),
  });
  expect([...(await response.text()).matchAll(/"name":"Item \d+"/g)]).toHaveLength(events);
  expect(read).toBe(events);

  for (const method of ['WS', 'POST']) {
    const line = await process.line((one) => one.msg === 'request' && one.method === method);
    expect(line).toMatchObject({
      operation: 'Changes',
      status: 200,
      calls: [
        { subgraph: 'names', outcome: 'ok', requests: events },
        { subgraph: 'stock', outcome: 'ok', events },
      ],
    });
    expect(JSON.stringify(line).length).toBeLessThan(1000);
  }
});
