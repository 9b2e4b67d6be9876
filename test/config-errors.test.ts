// Wrong configurations and the message about each: what is wrong, where, what is there, and what to write.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { clientSchema } from '../gateway/client-views/definition.ts';
import { checked, showPath } from '../gateway/config/checked.ts';
import { gatewayConfigSchema } from '../gateway/config/config.ts';
import { checkConfig, loadConfig } from '../gateway/config/load.ts';
import { alternatives, definitionOf } from '../gateway/config/option-paths.ts';
import { temporaryFolder } from './harness/folder.ts';

const users = { url: 'http://127.0.0.1:4001/graphql', schema: 'users.graphql' };
const fine = { subgraphs: { users } };
const jwt = { issuer: 'https://login.example', jwks: 'https://login.example/jwks.json' };

function messageOf(check: () => unknown): string {
  try {
    check();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the configuration was accepted');
}

function containingItself(): object {
  const config: { limits: { depth: Record<string, unknown> } } = { limits: { depth: {} } };
  config.limits.depth.self = config;
  return config;
}

test.each<[string, object, string]>([
  ['a function in place of a number', { port: () => 1 }, 'port is a function: give a whole number from 0 to 65535'],
  ['null in place of a text', { host: null }, 'host is null: give an address or host name'],
  [
    'true in place of a section',
    { log: true },
    'log is true: give an object; its options are level, format, personal, slow, sample, subgraphErrors and audit',
  ],
  [
    'a list in place of a section',
    { limits: [] },
    'limits is []: give an object; its options are mode, depth, aliases, rootFields, tokens, directives, conditions, steps, cost, assumedListSize and others',
  ],
  [
    'a text in place of a list',
    { trustedProxies: '10.0.0.0/8' },
    'trustedProxies is "10.0.0.0/8": give an address or a range such as "192.0.2.7", "10.0.0.0/8" or "2001:db8::/32", or "loopback", "linklocal" or "uniquelocal", in a list',
  ],
  ['the name of another gateway for services', { services: {} }, 'services is not an option; did you mean subgraphs?'],
  [
    'the name of another gateway for an address',
    { subgraphs: { users: { ...users, endpoint: 'x' } } },
    'subgraphs.users.endpoint is not an option; did you mean subgraphs.users.url?',
  ],
  ['an option outside of its section', { depth: 5 }, 'depth is not an option; did you mean limits.depth?'],
  [
    'an option of two sections outside of both',
    { introspection: true },
    'introspection is not an option; did you mean authentication.introspection or limits.introspection?',
  ],
  ['other capitals', { maxbodybytes: 5 }, 'maxbodybytes is not an option; did you mean maxBodyBytes?'],
  [
    'a misspelt option in a list',
    { authentication: { jwt: [{ ...jwt, audiance: 'a' }] } },
    'authentication.jwt[0].audiance is not an option; did you mean authentication.jwt[0].audience?',
  ],
  [
    'two sources of keys',
    { authentication: { jwt: [{ ...jwt, secret: 'x'.repeat(40) }] } },
    'authentication.jwt[0].jwks is "https://login.example/jwks.json": give one of jwks, key and secret, and only one',
  ],
  [
    'a short secret, which is not shown',
    { authentication: { jwt: [{ issuer: 'a', secret: 'short-secret' }] } },
    'authentication.jwt[0].secret is ***: give a text of at least 32 characters, such as `openssl rand -base64 48` prints',
  ],
  [
    'one issuer without its list',
    { authentication: { jwt: jwt } },
    'authentication.jwt is {"issuer":"https://login.example","jwks":"https://login.example/jwks.json"}: give a list of issuers: [{ issuer: "https://login.example", jwks: "https://login.example/jwks.json" }]',
  ],
  [
    'an algorithm that does not fit the keys',
    { authentication: { jwt: [{ ...jwt, algorithms: ['HS256'] }] } },
    'authentication.jwt[0].algorithms[0] is "HS256": HS algorithms need a `secret`; with public keys give RS, PS, ES or EdDSA',
  ],
  [
    'a key in plain text, which is not shown',
    { authentication: { apiKeys: { keys: [{ name: 'a', hash: 'plain-text-key' }] } } },
    'authentication.apiKeys.keys[0].hash is ***: give "sha256:" and 64 hexadecimal digits, as `concierge api-key` prints them',
  ],
  [
    'a misspelt rate plan',
    {
      authentication: { apiKeys: { keys: [{ name: 'a', hash: `sha256:${'a'.repeat(64)}`, ratePlan: 'glod' }] } },
      rateLimits: { plans: { gold: {} } },
    },
    'authentication.apiKeys.keys[0].ratePlan is "glod": there is no such plan in rateLimits.plans; did you mean gold?',
  ],
  [
    'API keys without keys',
    { authentication: { apiKeys: {} } },
    'authentication.apiKeys.keys is missing: give at least one key, or a file',
  ],
  [
    'a policy that is no function',
    { authorization: { policies: { owner: true } } },
    'authorization.policies.owner is true: give a function of the request context: { owner: ({ identity }) => identity?.subject === "u1" }',
  ],
  [
    'a list of policies',
    { authorization: { policies: [] } },
    'authorization.policies is []: give an object of functions: { owner: ({ identity }) => identity?.subject === "u1" }',
  ],
  [
    'a hook that is a promise',
    { hooks: { onResponse: Promise.resolve() } },
    'hooks.onResponse is a promise: give a function; docs/extending.md has one of each',
  ],
  [
    'a misspelt hook',
    { hooks: { onReponse: () => {} } },
    'hooks.onReponse is not an option; did you mean hooks.onResponse?',
  ],
  [
    'headers of a hook that is not there',
    { hooks: { subgraphHeaders: ['x-a'] } },
    'hooks.subgraphHeaders is ["x-a"]: there is no `onSubgraphRequest` to set them',
  ],
  [
    'an option in an alternative of a union',
    { graphiql: { enabled: 'yes', examples: [] } },
    'graphiql.enabled is "yes": give true or false',
  ],
  [
    'an option deep in a union',
    { graphiql: { examples: [{ query: 5 }] } },
    'graphiql.examples[0].query is 5: give the text of an operation',
  ],
  [
    'a number beyond its bounds in a union',
    { compression: { br: 12 } },
    'compression.br is 12: give a quality as a whole number from 0 to 11, or false',
  ],
  [
    'a text where a union has none',
    { compression: 'gzip' },
    'compression is "gzip": give true, false, or an object such as { minBytes: 1024, br: 4 }',
  ],
  [
    'a header that browsers send by themselves',
    { csrf: { headers: ['origin'] } },
    'csrf.headers[0] is "origin": give the name of a header that browsers do not send by themselves, such as "x-shop-request"',
  ],
  [
    'a misspelt option in a union',
    { csrf: { header: ['x-a'] } },
    'csrf.header is not an option; did you mean csrf.headers?',
  ],
  [
    'an origin without a scheme',
    { cors: { origin: 'shop.example' } },
    'cors.origin is "shop.example": it has no scheme: give an origin such as "https://shop.example", or "https://*.shop.example" for all below it',
  ],
  [
    'an origin with a slash',
    { cors: { origin: 'https://shop.example/' } },
    'cors.origin is "https://shop.example/": an origin is a scheme, a host and perhaps a port, as browsers write it: give "https://shop.example"',
  ],
  [
    'credentials for every origin',
    { cors: { origin: '*', credentials: true } },
    'cors.credentials is true: with the origin "*" any page could use the visitor\'s cookies: name the origins instead',
  ],
  [
    'a regular expression',
    { cors: { origin: /shop/ } },
    'cors.origin is /shop/: give an origin such as "https://shop.example", or a list of them',
  ],
  [
    'a duration without a unit',
    { timeout: '30' },
    'timeout is "30": give milliseconds as a number above 0, or text such as "500ms", "30s", "2m"',
  ],
  [
    'a duration in words',
    { timeout: '30 seconds' },
    'timeout is "30 seconds": give milliseconds as a number above 0, or text such as "500ms", "30s", "2m"',
  ],
  [
    'a negative duration',
    { shutdownGrace: -1 },
    'shutdownGrace is -1: give milliseconds as a number above 0, or text such as "500ms", "30s", "2m"',
  ],
  [
    'a size with a space',
    { maxBodyBytes: '5 MB' },
    'maxBodyBytes is "5 MB": give bytes as a whole number above 0, or text such as "64kb", "10mb"',
  ],
  [
    'a size that is NaN',
    { maxBodyBytes: Number.NaN },
    'maxBodyBytes is NaN: give bytes as a whole number above 0, or text such as "64kb", "10mb"',
  ],
  [
    'a window of a second and a half',
    { rateLimits: { request: { limit: 100, duration: '1500ms' } } },
    'rateLimits.request.duration is "1500ms": give whole seconds from 1 to 2073600 (24 days), as a number or as text such as "30s", "5m", "1h"',
  ],
  [
    'a rate limit as text',
    { rateLimits: { request: '100/m' } },
    'rateLimits.request is "100/m": give an object such as { limit: 100, duration: "1m" }',
  ],
  [
    'a rate limit without its window',
    { rateLimits: { request: { limit: 100 } } },
    'rateLimits.request.duration is missing: give whole seconds from 1 to 2073600 (24 days), as a number or as text such as "30s", "5m", "1h"',
  ],
  [
    'a plan of callers without plans',
    { rateLimits: { plan: 'tier' } },
    'rateLimits.plan is "tier": there are no plans that the claim could name; add them to rateLimits.plans',
  ],
  [
    'a plan with a space in its name',
    { rateLimits: { plans: { 'my plan': {} } } },
    'rateLimits.plans["my plan"]: a name is letters, digits, "-" and "_", and begins with a letter',
  ],
  [
    'a limit as text in a plan',
    { rateLimits: { plans: { gold: { request: { limit: '10', duration: '1m' } } } } },
    'rateLimits.plans.gold.request.limit is "10": give requests as a whole number from 1 to 1000000000',
  ],
  [
    'a depth of nothing',
    { limits: { depth: 0 } },
    'limits.depth is 0: give levels as a whole number above 0, or false for no limit',
  ],
  [
    'a limit that is true',
    { limits: { cost: true } },
    'limits.cost is true: give the cost as a whole number above 0, or false for no limit',
  ],
  [
    'a bigint',
    { limits: { tokens: 10n } },
    'limits.tokens is 10n: give tokens as a whole number above 0, or false for no limit',
  ],
  [
    'two stores of the cache',
    { cache: { store: new Map() }, redis: { url: 'redis://127.0.0.1' } },
    'cache.store is an instance of Map: Redis (`redis`, or REDIS_URL) is the cache store already: choose one of the two',
  ],
  [
    'a store that is none',
    { cache: { store: 'sqlite://x' } },
    'cache.store is "sqlite://x": give a Keyv, or a store that Keyv accepts, such as new KeyvSqlite("sqlite://cache.sqlite")',
  ],
  [
    'a short token, which is not shown',
    { cache: { purge: { token: 'short' } } },
    'cache.purge.token is ***: give a secret of at least 16 characters, without spaces',
  ],
  [
    'an address of another protocol, whose password is not shown',
    { redis: { url: 'http://me:pw@127.0.0.1' } },
    'redis.url is "http://***@127.0.0.1": give an address such as "redis://127.0.0.1:6379" (or rediss:// for TLS), or the path of a socket',
  ],
  [
    'a text in place of an object',
    { redis: 'redis://127.0.0.1' },
    'redis is "redis://127.0.0.1": give an object such as { url: "redis://127.0.0.1:6379" }',
  ],
  [
    'a header of one connection',
    { forward: { headers: ['connection'] } },
    'forward.headers[0] is "connection": it cannot be passed: it concerns one connection only (RFC 9110, 7.6.1)',
  ],
  [
    'a header with a space',
    { forward: { claims: { 'x user': 'sub' } } },
    'forward.claims["x user"]: give the name of a header, such as "x-user-id"',
  ],
  [
    'a token that is forwarded twice',
    { forward: { token: true, headers: ['authorization'] } },
    'forward.headers[0] is "authorization": `token: true` sends the verified token in it: choose one of the two',
  ],
  [
    'a signature without a key',
    { forward: { signed: {} } },
    'forward.signed.secret is missing: give one of secret and key, and only one',
  ],
  [
    'a misspelt service',
    { responseHeaders: { 'x-quota': { merge: 'first', from: ['usres'] } } },
    'responseHeaders.x-quota.from[0] is "usres": there is no such service; did you mean users?',
  ],
  [
    'a merge of headers that is none',
    { responseHeaders: { 'x-quota': 'join' } },
    'responseHeaders.x-quota is "join": give "append", "first" or "last", or an object such as { merge: "first", from: ["shop"] }',
  ],
  [
    'a header that the gateway writes',
    { responseHeaders: { etag: 'first' } },
    'responseHeaders.etag is "first": it cannot be passed: the gateway writes it itself',
  ],
  [
    'the first of the cookies',
    { responseHeaders: { 'set-cookie': 'first' } },
    'responseHeaders.set-cookie is "first": cookies are sent all: give "append"',
  ],
  [
    'a header of two lines, which is not shown',
    { subgraphs: { users: { ...users, headers: { 'x-api-key': 'line\nbreak' } } } },
    'subgraphs.users.headers.x-api-key is ***: give the value of a header: printable ASCII, on one line',
  ],
  [
    'a header that is sent twice',
    { forward: { headers: ['x-api-key'] }, subgraphs: { users: { ...users, headers: { 'x-api-key': 'abcdef' } } } },
    'subgraphs.users.headers.x-api-key is ***: `forward.headers` sends it too: choose one of the two',
  ],
  [
    'a misspelt directive',
    { subgraphs: { users: { ...users, directives: { requireScopes: 'ignore' } } } },
    'subgraphs.users.directives.requireScopes is not an option; did you mean subgraphs.users.directives.requiresScopes?',
  ],
  [
    'a meaning of a directive that is none',
    { subgraphs: { users: { ...users, directives: { cost: 'ignored' } } } },
    "subgraphs.users.directives.cost is \"ignored\": give 'ignore', or the gateway's directive that it stands for: { is: 'signedIn' }",
  ],
  [
    'a prefix with a hyphen',
    { subgraphs: { users: { ...users, transforms: { prefix: 'users-' } } } },
    'subgraphs.users.transforms.prefix is "users-": give a prefix of letters, digits and "_" that does not begin with a digit or "__", such as "shop_"',
  ],
  [
    'a field without its type',
    { subgraphs: { users: { ...users, transforms: { rename: { fields: { name: 'title' } } } } } },
    'subgraphs.users.transforms.rename.fields.name: give the names as they are and the new ones, such as { "User.avatarUrl": "picture" }',
  ],
  [
    'a misspelt option of a prefix',
    { subgraphs: { users: { ...users, transforms: { prefix: { type: 'A' } } } } },
    'subgraphs.users.transforms.prefix.type is not an option; did you mean subgraphs.users.transforms.prefix.types?',
  ],
  [
    'a schema beside a supergraph',
    { supergraph: 's.graphql' },
    'subgraphs.users.schema is "users.graphql": the supergraph has the schema: remove this',
  ],
  [
    'an empty list of schemas',
    { subgraphs: { users: { ...users, schema: [] } } },
    'subgraphs.users.schema is []: give a file path, relative to the configuration file, a list of them, a glob, SDL, or { introspect: true }',
  ],
  [
    'an introspection that is none',
    { subgraphs: { users: { ...users, schema: { introspect: 'yes' } } } },
    'subgraphs.users.schema.introspect is "yes": give true',
  ],
  [
    'a command as one text',
    { subgraphs: { users: { ...users, dev: { command: 'node server.ts' } } } },
    'subgraphs.users.dev.command is "node server.ts": give the program and its arguments in a list, such as ["node", "server.ts"]',
  ],
  [
    'mocks that are a text',
    { subgraphs: { users: { ...users, mocks: 'yes' } } },
    "subgraphs.users.mocks is \"yes\": give true, or an object such as { seed: 'shop', overrides: { Product: { name: () => 'Lamp' } } }",
  ],
  [
    'a misspelt option of mocks',
    { subgraphs: { users: { ...users, mocks: { seeds: 1 } } } },
    'subgraphs.users.mocks.seeds is not an option; did you mean subgraphs.users.mocks.seed?',
  ],
  [
    'a certificate without its key',
    { tls: { cert: 'a.pem' } },
    'tls.key is missing: give a file path, relative to the configuration file',
  ],
  [
    'a prefix that IPv4 does not have',
    { addresses: { deny: ['10.0.0.0/64'] } },
    'addresses.deny[0] is "10.0.0.0/64": give an address or a range such as "192.0.2.7", "10.0.0.0/8" or "2001:db8::/32"',
  ],
  [
    'every address as a proxy',
    { trustedProxies: ['0.0.0.0/0'] },
    'trustedProxies[0] is "0.0.0.0/0": this trusts every address: give the addresses of the proxies',
  ],
  [
    'a parameter of connections that nothing uses',
    { websocket: { connectionParams: ['x-shop'] } },
    'websocket.connectionParams[0] is "x-shop": it is used nowhere: add it to forward.headers, of all services or of one',
  ],
  [
    'a plugin that is a function',
    { plugins: [() => {}] },
    'plugins[0] is a function: give a plugin: an object of hooks',
  ],
  [
    'a share by a number',
    { overrides: { percentBy: 5 } },
    'overrides.percentBy is 5: give "caller", or the name of a header such as "x-session"',
  ],
  [
    'an object that contains itself',
    containingItself(),
    'limits.depth is {"self":{"limits":{"depth":"an object that contains itself"}}}: give levels as a whole number above 0, or false for no limit',
  ],
  [
    'the prototype as an option',
    JSON.parse('{"__proto__": {"port": 1}}'),
    '__proto__ is not an option; remove it or correct its name',
  ],
  [
    'resolvers that are none',
    { fields: { schema: 'f.graphql', resolvers: 1 } },
    'fields.resolvers is 1: give an object of resolvers: { Query: { profile: (root, args, context) => … } }',
  ],
])('%s', (_what, config, message) => {
  expect(messageOf(() => checkConfig({ ...fine, ...config }, 'gateway.config.ts'))).toBe(
    `gateway.config.ts: 1 error\n  ${message}`,
  );
});

test.each<[string, Record<string, string>, Record<string, string>, string]>([
  ['a port of the environment', { PORT: 'abc' }, {}, 'PORT=abc: give a whole number from 0 to 65535'],
  ['a port of the command line', { PORT: '4000' }, { port: 'abc' }, '--port abc: give a whole number from 0 to 65535'],
  [
    'a log level of the environment',
    { LOG_LEVEL: 'loud' },
    {},
    'LOG_LEVEL=loud: give "trace", "debug", "info", "warn", "error", "fatal" or "silent"',
  ],
  [
    'an address of the environment, whose password is not shown',
    { REDIS_URL: 'http://me:secret@redis' },
    {},
    'REDIS_URL=http://***@redis: give an address such as "redis://127.0.0.1:6379" (or rediss:// for TLS), or the path of a socket',
  ],
])('%s is blamed on where it comes from', async (_what, environment, flags, message) => {
  const folder = temporaryFolder({ 'gateway.config.mjs': `export default ${JSON.stringify(fine)};` });
  await expect(loadConfig(flags, environment, folder)).rejects.toThrow(
    expect.objectContaining({ name: 'ConfigError', message }),
  );
});

test('problems of the file come before those of the environment, under its name', async () => {
  const config = { ...fine, prot: 4000, log: 'loud' };
  const folder = temporaryFolder({ 'gateway.config.json': JSON.stringify(config) });
  await expect(loadConfig({ host: '' }, { PORT: '99999', LOG_LEVEL: 'warn' }, folder)).rejects.toThrow(
    expect.objectContaining({
      message: [
        'gateway.config.json: 2 errors',
        '  log is "loud": give an object; its options are level, format, personal, slow, sample, subgraphErrors and audit',
        '  prot is not an option; did you mean port?',
        'PORT=99999: give a whole number from 0 to 65535',
      ].join('\n'),
    }),
  );
});

test.each<[string, string, string]>([
  ['PORT', 'CONCIERGE_PORT', '; did you mean PORT?'],
  ['an address of Kubernetes', 'CONCIERGE_PORT_4000_TCP', ''],
  ['a service of Kubernetes', 'CONCIERGE_SERVICE_HOST', ''],
  ['a level', 'CONCIERGE_LOGLEVEL', '; did you mean LOG_LEVEL?'],
])('a variable that is not read has a warning: %s', async (_what, name, suggestion) => {
  const folder = temporaryFolder({ 'gateway.config.mjs': `export default ${JSON.stringify(fine)};` });
  const { warnings } = await loadConfig({}, { [name]: '1' }, folder);
  const expected = suggestion === '' ? [] : [`the environment variable ${name} has no effect${suggestion}`];
  expect(warnings).toEqual(expected);
});

/** Values that no option takes all of. */
const anything: unknown[] = [
  ...[5, -1.5, '', 'x', true, null, [], {}, [5], [{}], { x: 5 }, () => 1, Number.NaN, 10n, /a/, new Date(0)],
  Symbol('x'),
];

type Schema = Parameters<typeof alternatives>[0];

/** Paths of all options, entries and items. */
function pathsIn(schema: Schema, path: PropertyKey[] = []): PropertyKey[][] {
  return alternatives(schema).flatMap((one) => {
    const { shape, valueType, element } = definitionOf(one);
    const parts: [PropertyKey, Schema][] = Object.entries(shape ?? {});
    if (valueType) parts.push(['name', valueType]);
    if (element) parts.push([0, element]);
    return parts.flatMap(([key, part]) => [[...path, key], ...pathsIn(part, [...path, key])]);
  });
}

function withValueAt([key, ...rest]: readonly PropertyKey[], value: unknown): unknown {
  if (key === undefined) return value;
  const inner = withValueAt(rest, value);
  return typeof key === 'number' ? [inner] : { [key]: inner };
}

test.each([
  ['the configuration', gatewayConfigSchema],
  ['a client', clientSchema],
])('whatever an option of %s is, the message is a sentence of our own', (_what, schema) => {
  const messages = pathsIn(schema).flatMap((path) =>
    anything.flatMap((value) => {
      try {
        checked(schema, withValueAt(path, value), 'file');
        return [];
      } catch (error) {
        expect(error, showPath(path)).toMatchObject({ name: 'ConfigError' });
        return (error as Error).message.split('\n').slice(1);
      }
    }),
  );
  expect(messages.length).toBeGreaterThan(300);
  const libraryWords = /Invalid|[Ee]xpected|[Rr]eceived|Unrecognized|Too (small|big)|another value: see|\[object/;
  expect(messages.filter((message) => libraryWords.test(message.replaceAll(/on(Invalid|In)\w+/g, '')))).toEqual([]);
  const form = /^ {2}\S.* (is missing: |is not an option; |is .*: |[\s\S]*: )\S/;
  expect(messages.filter((message) => !form.test(message))).toEqual([]);
});

const command = fileURLToPath(new URL('../gateway/cli.ts', import.meta.url));

test.each<[string, string[], Record<string, string>, number, string]>([
  ['a flag', ['start', '--port', 'abc'], {}, 1, '--port abc: give a whole number from 0 to 65535\n'],
  ['a variable', ['print'], { PORT: 'abc' }, 1, 'PORT=abc: give a whole number from 0 to 65535\n'],
  ['a command', ['strat'], {}, 2, 'There is no command strat; did you mean start?\n'],
  ['an option', ['start', '--prot', '1'], {}, 2, 'There is no option --prot; did you mean --port?\n'],
  [
    'a subgraph',
    ['check', '--subgraph', 'user', '--schema', 'users.graphql'],
    {},
    2,
    '--subgraph user: there is no such subgraph; did you mean users?\n',
  ],
])('the command names %s', async (_what, args, env, code, output) => {
  const folder = temporaryFolder({
    'gateway.config.mjs': `export default ${JSON.stringify(fine)};`,
    'users.graphql': 'type Query { me: Int }',
  });
  const outcome = await new Promise((resolve) => {
    const options = { cwd: folder, env: { PATH: process.env.PATH, ...env } };
    execFile(process.execPath, [command, ...args], options, (error, _output, errors) =>
      resolve({ code: error?.code, output: errors }),
    );
  });
  expect(outcome).toEqual({ code, output });
});
