// Security posture: what is off by default, whatever NODE_ENV is, and what turns it on.
import { describe, expect, onTestFinished, test } from 'vitest';
import { createGateway, type GatewayConfig } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { concierge } from '../harness/gateway.ts';
import { closedUrl } from '../harness/servers.ts';

const config: GatewayConfig = {
  host: '127.0.0.1',
  port: 0,
  subgraphs: { greetings: { url: closedUrl, schema: 'greetings.graphql' } },
};
const examples = [{ query: '{ greeting }' }];

/** Of all four, which are on. On the fast path, and where Yoga serves. */
async function posture(origin: string): Promise<string[]> {
  const on = new Set<string>();
  for (const accept of ['application/json', 'multipart/mixed, application/json']) {
    const post = async (query: string): Promise<string> => {
      const headers = { 'content-type': 'application/json', accept };
      const response = await fetch(`${origin}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
      return response.text();
    };
    const introspection = await post('{ __schema { queryType { name } } }');
    if (introspection.includes('"queryType":{"name":"Query"}')) on.add('introspection');
    else expect(introspection).toContain('INTROSPECTION_DISABLED');
    const misspelt = await post('{ greting }');
    expect(misspelt).toContain('Cannot query field');
    if (misspelt.includes('Did you mean')) on.add('suggestions');
  }
  const page = await (await fetch(`${origin}/graphql`, { headers: { accept: 'text/html' } })).text();
  if (page.includes('<title>Concierge</title>')) on.add('graphiql');
  const landing = await fetch(origin, { headers: { accept: 'text/html' } });
  if (landing.ok) on.add('landing page');
  return [...on];
}

function projectFolder(options: Partial<GatewayConfig> = {}): string {
  const file = `export default ${JSON.stringify({ ...config, ...options })};`;
  const folder = temporaryFolder({
    'greetings.graphql': 'type Query { greeting: String }',
    'gateway.config.mjs': file,
  });
  return folder;
}

/** Of a gateway in a process of its own. */
async function postureOf(args: readonly string[], nodeEnv: string, options: Partial<GatewayConfig> = {}) {
  const file = `${projectFolder(options)}/gateway.config.mjs`;
  const process = concierge([...args, '--config', file], { NODE_ENV: nodeEnv });
  onTestFinished(async () => {
    await process.stop();
  });
  const { url } = await process.line(({ msg }) => msg === 'listening');
  return posture(new URL(String(url)).origin);
}

async function postureOfEmbedded(options: Partial<GatewayConfig> = {}) {
  const log = { level: 'silent' } as const;
  const gateway = createGateway({ ...config, log, ...options }, projectFolder());
  onTestFinished(async () => {
    await gateway.stop();
  });
  return posture(await gateway.start());
}

const everything = ['introspection', 'suggestions', 'graphiql', 'landing page'];
const enabled = { limits: { introspection: true, suggestions: true }, graphiql: true, landingPage: true };
const disabled = { limits: { introspection: false, suggestions: false }, graphiql: false, landingPage: false };

describe('introspection, suggestions, GraphiQL and the landing page', () => {
  test.each(['', 'development'])('are off under `concierge start` with NODE_ENV "%s"', async (nodeEnv) => {
    expect(await postureOf(['start'], nodeEnv, { graphiql: { examples } })).toEqual([]);
  });

  test('are on under `concierge start` where the configuration says so, also in production', async () => {
    expect(await postureOf(['start'], 'production', enabled)).toEqual(everything);
  });

  test('are on under `concierge dev`, whatever NODE_ENV is', async () => {
    expect(await postureOf(['dev'], 'staging', { graphiql: { examples } })).toEqual(everything);
  });

  test('are off under `concierge dev` where the configuration says so', async () => {
    expect(await postureOf(['dev'], '', { ...disabled, graphiql: { enabled: false, examples } })).toEqual([]);
  });

  test('are off in an embedded gateway, unless they are turned on', async () => {
    expect(await postureOfEmbedded()).toEqual([]);
    expect(await postureOfEmbedded(enabled)).toEqual(everything);
    expect(await postureOfEmbedded({ graphiql: { enabled: true, examples } })).toEqual(['graphiql']);
  });
});
