// A reload of `concierge start` with changed documents: the REST façade and the tools of MCP clients are those of the new
// ones.
import { rmSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { send } from '../rest-facade/shop.ts';
import { startSupervised } from './supervised-gateway.ts';

test('a reload serves the new documents as paths and tools, and the removed ones no longer', async () => {
  const operations = {
    'changed.graphql': 'query Changed @rest(get: "/changed") @tool { a: served }',
    'removed.graphql': 'query Removed @rest(get: "/removed") @tool { a: served }',
  };
  const {
    folder,
    url,
    process: supervisor,
  } = await startSupervised('log: { sample: 0 }', onTestFinished, {
    'clients/web/client.mjs': 'export default {};',
    ...Object.fromEntries(Object.entries(operations).map(([name, text]) => [`clients/web/operations/${name}`, text])),
  });
  const { origin } = new URL(url);
  const file = (name: string) => `${folder}/clients/web/operations/${name}`;
  /** By name: the keys of the path's data, or its status. */
  const paths = async () => {
    const responses = ['changed', 'removed', 'added'].map((path) => send(origin, 'GET', `/rest/web/${path}`));
    return (await Promise.all(responses)).map(({ status, json }) => (status === 200 ? Object.keys(json)[0] : status));
  };
  /** The names of the tools, and whether the removed one can be called. */
  const tools = async () => {
    const headers = { accept: 'application/json, text/event-stream' };
    const rpc = async (method: string, params: object) =>
      (await send(origin, 'POST', '/mcp/web', { headers, body: { jsonrpc: '2.0', id: 1, method, params } })).text;
    const listed = await rpc('tools/list', {});
    const called = await rpc('tools/call', { name: 'Removed', arguments: {} });
    return [[...listed.matchAll(/"name":"(\w+)"/g)].map(([, name]) => name).sort(), called.includes('"a"')];
  };
  expect([await paths(), await tools()]).toEqual([
    ['a', 'a', 404],
    [['Changed', 'Removed'], true],
  ]);

  rmSync(file('removed.graphql'));
  writeFileSync(file('changed.graphql'), 'query Changed @rest(get: "/changed") { b: served }');
  writeFileSync(file('added.graphql'), 'query Added @rest(get: "/added") @tool { c: served }');
  supervisor.signal('SIGHUP');
  const expected = JSON.stringify([
    ['b', 404, 'c'],
    [['Added'], false],
  ]);
  // Until the process of before serves nothing any more.
  for (let equal = 0; equal < 5; ) equal = JSON.stringify([await paths(), await tools()]) === expected ? equal + 1 : 0;
  expect(await supervisor.stop()).toBe(0);
});
