// Signed requests to subgraphs, with services that verify every request by themselves: HMAC with the code of
// docs/security.md, AWS Signature Version 4 with an implementation of its own (AWS's own test cases are beside the
// signer).
import { createHash, createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createSchema, createYoga } from 'graphql-yoga';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createGateway, type GatewayConfig, introspectSchemas } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { root } from '../harness/gateway.ts';
import { listen } from '../harness/listen.ts';

type Verify = (request: IncomingMessage, body: Buffer) => string | null;

/** A service that rejects requests for which `verify` has a reason. */
async function startVerifying(verify: Verify) {
  const service = { url: '', rejected: [] as string[], accepted: [] as IncomingMessage[], bodies: [] as Buffer[] };
  const schema = createSchema({
    typeDefs: 'type Query { stock: Int } type Subscription { stockChanged: Int }',
    resolvers: {
      Query: { stock: () => 1 },
      Subscription: {
        stockChanged: {
          async *subscribe() {
            yield { stockChanged: 2 };
          },
        },
      },
    },
  });
  const yoga = createYoga({ schema, logging: false });
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const reason = verify(request, body);
    if (reason !== null) {
      service.rejected.push(reason);
      response.writeHead(403).end();
      return;
    }
    service.accepted.push(request);
    service.bodies.push(body);
    const { method, url, headers, httpVersion } = request;
    await yoga(
      Object.assign(Readable.from([body]), { method, url, headers, httpVersion }) as IncomingMessage,
      response,
    );
  });
  const { origin, stop } = await listen(server);
  onTestFinished(stop);
  service.url = `${origin}/graphql?b=2&a=%C3%BC%20x`;
  return service;
}

type Subgraph = NonNullable<GatewayConfig['subgraphs']>[string];

async function startGateway(stock: Subgraph, folder = temporaryFolder()) {
  const config: GatewayConfig = {
    port: 0,
    log: { level: 'silent' },
    subgraphs: { stock: { schema: { introspect: true }, ...stock } },
    forward: { headers: ['x-amz-meta', 'accept-language'] },
  };
  const gateway = createGateway(await introspectSchemas(config, { folder }), { folder });
  const url = `${await gateway.start()}/graphql`;
  onTestFinished(async () => void (await gateway.stop()));
  const post = async (query: string, accept = 'application/json') => {
    const headers = { 'content-type': 'application/json', accept, 'x-amz-meta': 'm', 'accept-language': 'de' };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
    return response.text();
  };
  return { gateway, post };
}

test('a service verifies the HMAC signature of requests, subscriptions and introspection with the documented code', async () => {
  const secret = 'a secret of thirty-two characters';
  const docs = readFileSync(`${root}docs/security.md`, 'utf8');
  const [code = ''] = /import \{ createHash, createHmac[\s\S]*?\n\}\n(?=```)/.exec(docs) ?? [];
  const file = join(temporaryFolder(), 'verify.mjs');
  writeFileSync(file, `${code}\nexport { isFromGateway };`);
  const { isFromGateway } = (await import(file)) as {
    isFromGateway(request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>, body: Buffer, secret: string): boolean;
  };
  const service = await startVerifying((request, body) =>
    isFromGateway(request, body, secret) ? null : 'wrong signature',
  );
  const { post } = await startGateway({ url: service.url, sign: { hmac: { secret } } });
  expect(await post('{ stock }')).toBe('{"data":{"stock":1}}');
  expect(await post('subscription { stockChanged }', 'text/event-stream')).toContain('{"stockChanged":2}');
  expect(service.rejected).toEqual([]);

  const [{ method, url, headers }] = service.accepted as [IncomingMessage];
  const [body] = service.bodies as [Buffer];
  const time = Math.floor(Date.now() / 1000);
  const signature = String(headers['x-concierge-signature']);
  expect(signature).toMatch(/^t=\d{10},v1=[0-9a-f]{64}$/);
  const accepts = (changed: object, sent = body) =>
    isFromGateway({ method, url, headers, ...changed } as IncomingMessage, sent, secret);
  const signed = (text: string) => ({ headers: { 'x-concierge-signature': text } });
  expect(accepts({})).toBe(true);
  expect(accepts({}, Buffer.from(`${body} `))).toBe(false);
  expect(accepts({ method: 'GET' })).toBe(false);
  expect(accepts({ url: `${url}&c=3` })).toBe(false);
  expect(accepts({ headers: {} })).toBe(false);
  expect(accepts(signed(signature.replace(/^t=\d+/, `t=${time + 60}`)))).toBe(false);
  expect(accepts(signed(signature.replace(/^t=\d+/, `t=${time - 600}`)))).toBe(false);

  const other = await startGateway({
    url: service.url,
    schema: 'type Query { stock: Int }',
    sign: { hmac: { secret: `${secret}!`, header: 'x-sig' } },
  });
  expect(await other.post('{ stock }')).toContain('"code":"SUBGRAPH_ERROR"');
  expect(service.rejected).toEqual(['wrong signature']);
});

const accessKeyId = 'AKIDEXAMPLE';
const signedScope =
  /^AWS4-HMAC-SHA256 Credential=(\w+)\/((\d{8})\/([\w-]+)\/([\w-]+)\/aws4_request), SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})$/;

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');
const encoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** Signature Version 4 as a service checks it; null for a right one. */
function verifyAws(
  request: IncomingMessage,
  body: Buffer,
  secretOf: (id: string) => string | undefined,
): string | null {
  const { headers, method } = request;
  const found = signedScope.exec(headers.authorization ?? '');
  if (!found) return `no signature: ${headers.authorization}`;
  const [, id = '', scope, day = '', region = '', service = '', names = '', signature] = found;
  const secret = secretOf(id);
  const time = headers['x-amz-date'] as string;
  if (secret === undefined) return `unknown key ${id}`;
  const unsigned = Object.keys(headers).filter((name) => name.startsWith('x-amz-') && !names.split(';').includes(name));
  if (unsigned.length > 0) return `not signed: ${unsigned}`;
  const url = new URL(request.url ?? '', 'http://service');
  const query = [...url.searchParams]
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
    .join('&');
  const fields = names
    .split(';')
    .map((name) => `${name}:${headers[name]}\n`)
    .join('');
  const canonical = [method, url.pathname, query, fields, names, sha256(body)].join('\n');
  const key = [region, service, 'aws4_request'].reduce(hmac, hmac(`AWS4${secret}`, day));
  const expected = hmac(key, ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')).toString('hex');
  return signature === expected && time.startsWith(day) ? null : 'wrong signature';
}

test('a service verifies AWS Signature Version 4, with keys of the configuration', async () => {
  const service = await startVerifying((request, body) => verifyAws(request, body, () => 'secret key'));
  const credentials = { accessKeyId, secretAccessKey: 'secret key', sessionToken: 'session' };
  const { post } = await startGateway({
    url: service.url,
    sign: { aws: { region: 'eu-central-1', service: 'lambda', credentials } },
  });
  expect(await post('{ stock }')).toBe('{"data":{"stock":1}}');
  expect(await post('subscription { stockChanged }', 'text/event-stream')).toContain('{"stockChanged":2}');
  expect(service.rejected).toEqual([]);
  const { headers } = service.accepted.at(-1) as IncomingMessage;
  expect(headers).toMatchObject({ 'x-amz-security-token': 'session', 'accept-language': 'de' });
  expect(headers.authorization).toContain(
    '/eu-central-1/lambda/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-meta;x-amz-security-token,',
  );
});

test('renewed keys of a credentials file are used with the next request; a file without keys leaves the former ones', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'credentials');
  const write = (id: string, secret: string) =>
    writeFileSync(
      file,
      `# of a tool\n[default]\naws_access_key_id=OTHER\n\n[gateway]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`,
    );
  write('AKIDFIRST', 'first secret');
  const service = await startVerifying((request, body) =>
    verifyAws(request, body, (id) => ({ AKIDFIRST: 'first secret', AKIDSECOND: 'second secret' })[id]),
  );
  const sign = {
    aws: { region: 'us-east-1', service: 'execute-api', credentials: { file: 'credentials', profile: 'gateway' } },
  };
  const { gateway, post } = await startGateway({ url: service.url, sign }, folder);
  const warn = vi.spyOn(gateway.log, 'warn');
  const lastKey = () => service.accepted.at(-1)?.headers.authorization?.slice(0, 40);
  await post('{ stock }');
  expect(lastKey()).toContain('AKIDFIRST');
  writeFileSync(file, '[default]\n');
  expect(await post('{ stock }')).toBe('{"data":{"stock":1}}');
  expect(warn).toHaveBeenCalledWith(
    {
      option: 'subgraphs.stock.sign.aws.credentials',
      reason: expect.stringContaining('has no aws_access_key_id and aws_secret_access_key in the profile [gateway]'),
    },
    'changed AWS credentials are not valid: the former ones are used',
  );
  write('AKIDSECOND', 'second secret');
  expect(await post('{ stock }')).toBe('{"data":{"stock":1}}');
  expect(lastKey()).toContain('AKIDSECOND');
  expect(service.rejected).toEqual([]);
});

test('a header field that something else sends cannot carry the signature, and there is one kind of it', () => {
  const url = 'http://127.0.0.1:9/graphql';
  const schema = 'type Query { stock: Int }';
  const credentials = { accessKeyId, secretAccessKey: 'secret key' };
  const aws = { region: 'us-east-1', service: 'lambda', credentials };
  const hmac = { secret: 'a secret of thirty-two characters' };
  const start =
    (stock: Subgraph, options: Partial<GatewayConfig> = {}) =>
    () =>
      createGateway({ subgraphs: { stock: { url, schema, ...stock } }, ...options });
  expect(start({ sign: { aws }, headers: { authorization: 'Bearer x' } })).toThrow(
    'the signature is sent in the header authorization, and `headers.authorization` sends it too: choose one of the two',
  );
  expect(start({ sign: { aws }, forward: { token: true } })).toThrow('and `forward.token` sends it too');
  expect(start({ sign: { aws }, url: 'http://u:p@127.0.0.1:9/' })).toThrow('and the address sends it too');
  expect(start({ sign: { hmac } }, { forward: { headers: ['x-concierge-signature'] } })).toThrow(
    'and `forward.headers` sends it too',
  );
  expect(start({ sign: { hmac, aws } })).toThrow('give one of { hmac: { secret } } and { aws:');
  expect(start({ sign: { aws: { ...aws, credentials: { file: 'none' } } } })).toThrow(
    /credentials\.file: .*none cannot be read \(ENOENT\)/,
  );
});
