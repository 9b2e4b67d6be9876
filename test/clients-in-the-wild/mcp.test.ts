// The Model Context Protocol's own client before the demo: tools of the web client, in both eras of the protocol. It checks
// what a tool returns against the tool's output schema.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { root } from '../harness/gateway.ts';
import { type Demo, startDemo, stopsAtEnd, tokenOf } from './demo.ts';

const later = stopsAtEnd();
let demo: Demo;
let token: string;
beforeAll(async () => {
  demo = await startDemo(later, { clients: `${root}clients`, config: { csrf: true, mcp: { mutations: true } } });
  token = await tokenOf('u1');
});

async function connect(era: '2025' | '2026-07-28', authorization?: string): Promise<Client> {
  const negotiation = era === '2025' ? {} : { versionNegotiation: { mode: { pin: era } } };
  const client = new Client({ name: 'test', version: '1' }, negotiation);
  const headers = new Headers(authorization === undefined ? [] : [['authorization', `Bearer ${authorization}`]]);
  const url = new URL('/mcp/web', demo.url);
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
  onTestFinished(() => client.close());
  return client;
}

describe.each(['2025', '2026-07-28'] as const)('the client of the protocol, era %s', (era) => {
  it('lists the tools of the web client and calls each with a token', async () => {
    const client = await connect(era, token);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name).sort()).toEqual([
      'CancelOrder',
      'OrderHistory',
      'Product',
      'Products',
      'Profile',
    ]);
    const call = (name: string, given: Record<string, unknown> = {}) => client.callTool({ name, arguments: given });
    expect((await call('Product', { id: 'p1' })).structuredContent).toMatchObject({ product: { id: 'p1' } });
    expect((await call('Products', { search: 'a' })).structuredContent).toHaveProperty('products.nodes');
    const profile = await call('Profile', { orders: 2 });
    expect(profile.structuredContent).toMatchObject({ profile: { id: 'u1', orders: { nodes: [{}, {}] } } });
    const history = await call('OrderHistory');
    const { nodes } = (history.structuredContent as { profile: { orders: { nodes: object[] } } }).profile.orders;
    expect(nodes.length).toBeGreaterThan(0);
  });

  it('gets errors with their codes', async () => {
    const client = await connect(era);
    const anonymous = await client.callTool({ name: 'Profile', arguments: {} });
    expect(anonymous.isError).toBe(true);
    const [error] = anonymous.content;
    expect(error?.type === 'text' && JSON.parse(error.text)).toMatchObject({ code: 'UNAUTHENTICATED' });
    const cancelled = await client.callTool({ name: 'CancelOrder', arguments: { id: 'none' } });
    expect(cancelled.isError).toBe(true);
    await expect(client.callTool({ name: 'PlaceOrder', arguments: {} })).rejects.toThrow(
      'There is no tool "PlaceOrder".',
    );
  });
});
