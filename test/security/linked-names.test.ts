// Directives that protect data, under whatever names the SDL of a service links them: each of these documents guards
// `secret`.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGateway } from '../../gateway/index.ts';
import { type Service, startService } from '../caching/services.ts';
import { temporaryFolder } from '../harness/folder.ts';

let service: Service;
beforeAll(async () => {
  const sdl = 'type Query { secret: String open: String }';
  service = await startService({
    name: 's',
    sdl,
    resolvers: { Query: { secret: () => 'SECRET', open: () => 'open' } },
  });
});
afterAll(() => service.stop());

/** Definitions as services print them. */
const printed = (linking = 'link') => `
  directive @${linking}(url: String, feature: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
  scalar link__Import
  enum link__Purpose { SECURITY EXECUTION }`;

const federation = 'https://specs.apollo.dev/federation/v2.5';
const link = 'https://specs.apollo.dev/link/v1.0';

const guarding: [what: string, head: string, name: string, linking?: string][] = [
  ['its own name', '', 'authenticated'],
  ['an import', `extend schema @link(url: "${federation}", import: ["@authenticated"])`, 'authenticated'],
  [
    'another name',
    `extend schema @link(url: "${federation}", import: [{ name: "@authenticated", as: "@signedIn" }])`,
    'signedIn',
  ],
  [
    'the prefix of Federation',
    `extend schema @link(url: "${federation}", import: ["@key"])`,
    'federation__authenticated',
  ],
  ['the prefix of Federation, unlinked', '', 'federation__authenticated'],
  ['another prefix', `extend schema @link(url: "${federation}", as: "fed")`, 'fed__authenticated'],
  ['its specification', 'extend schema @link(url: "https://specs.apollo.dev/authenticated/v0.1", as: "auth")', 'auth'],
  [
    'its specification, for security',
    'extend schema @link(url: "https://specs.apollo.dev/authenticated/v0.1", as: "auth", for: SECURITY)',
    'auth',
  ],
  [
    'a slash at the end of the address',
    `extend schema @link(url: "${federation}/", import: [{ name: "@authenticated", as: "@signedIn" }])`,
    'signedIn',
  ],
  [
    'an address in capitals',
    'extend schema @link(url: "HTTPS://Specs.Apollo.dev/federation/v2.5", import: [{ name: "@authenticated", as: "@signedIn" }])',
    'signedIn',
  ],
  [
    'an address with a port and a query',
    `extend schema @link(url: "https://specs.apollo.dev:443/federation/v2.5?x=1#y", import: [{ name: "@authenticated", as: "@signedIn" }])`,
    'signedIn',
  ],
  [
    'an address without a version',
    `extend schema @link(url: "https://specs.apollo.dev/federation", import: [{ name: "@authenticated", as: "@signedIn" }])`,
    'signedIn',
  ],
  [
    'a version to come',
    `extend schema @link(url: "https://specs.apollo.dev/federation/v2.99", import: [{ name: "@authenticated", as: "@signedIn" }])`,
    'signedIn',
  ],
  [
    'a linking directive of another name',
    `extend schema @lnk(url: "${link}", as: "lnk") @lnk(url: "${federation}", import: [{ name: "@authenticated", as: "@signedIn" }])`,
    'signedIn',
    'lnk',
  ],
  [
    'several links',
    `extend schema @link(url: "${link}") @link(url: "${federation}", import: [{ name: "@authenticated", as: "@two" }]) @link(url: "https://other.example/rules/v1.0")`,
    'two',
  ],
  [
    'a link on the schema itself',
    `schema @link(url: "${federation}", import: [{ name: "@authenticated", as: "@signedIn" }]) { query: Query }`,
    'signedIn',
  ],
  [
    'the name of another directive',
    `extend schema @link(url: "${federation}", import: [{ name: "@authenticated", as: "@deprecatedFor" }, { name: "@key", as: "@authentication" }])`,
    'deprecatedFor',
  ],
  [
    'core schemas',
    'extend schema @core(feature: "https://specs.apollo.dev/core/v0.2") @core(feature: "https://specs.apollo.dev/authenticated/v0.1", as: "auth")',
    'auth',
    'core',
  ],
];

const start = async (
  sdl: string,
  directives?: Record<string, 'ignore' | { is: string }>,
  query = '{ secret open }',
) => {
  const folder = temporaryFolder({ 's.graphql': sdl }, () => {});
  const gateway = createGateway(
    {
      ...{ host: '127.0.0.1', port: 0, log: { level: 'silent' } },
      authorization: { policies: { never: () => false } },
      subgraphs: { s: { url: service.url, schema: 's.graphql', ...(directives && { directives }) } },
    },
    { folder },
  );
  const origin = await gateway.start();
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  await gateway.stop();
  return (await response.json()) as {
    data: Record<string, string | null>;
    errors?: { extensions: { code: string } }[];
  };
};

const guarded = { data: { secret: null, open: 'open' }, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] };

test.each(guarding)('@authenticated by %s', async (_what, head, name, linking) => {
  const body = `type Query { secret: String @${name} open: String }`;
  expect(
    await start(`${head} ${printed(linking)} directive @${name} on FIELD_DEFINITION | OBJECT ${body}`),
  ).toMatchObject(guarded);
});

test('@requiresScopes, @policy and @inaccessible have their meaning under other names', async () => {
  const names =
    '"@requiresScopes", as: "@needs" }, { name: "@policy", as: "@rule" }, { name: "@inaccessible", as: "@hidden"';
  const sdl = `extend schema @link(url: "${federation}", import: [{ name: ${names} }]) ${printed()}
    scalar federation__Scope scalar federation__Policy
    directive @needs(scopes: [[federation__Scope!]!]!) on FIELD_DEFINITION
    directive @rule(policies: [[federation__Policy!]!]!) on FIELD_DEFINITION
    directive @hidden on FIELD_DEFINITION | OBJECT
    type Query { secret: String @needs(scopes: [["staff"]]) open: String @rule(policies: [["never"]]) gone: String @hidden }`;
  const { data, errors } = await start(sdl);
  expect([data, errors?.length]).toEqual([{ secret: null, open: null }, 2]);
  const gone = await start(sdl, undefined, '{ gone }');
  expect(gone.errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
});

test('the configuration of a directive goes before its link', async () => {
  const head = `extend schema @link(url: "${federation}", import: [{ name: "@authenticated", as: "@signedIn" }]) ${printed()}`;
  const sdl = `${head} directive @signedIn on FIELD_DEFINITION type Query { secret: String @signedIn open: String }`;
  expect(await start(sdl, { authenticated: { is: 'signedIn' } })).toMatchObject(guarded);
  expect((await start(sdl, { authenticated: 'ignore' })).data).toEqual({ secret: 'SECRET', open: 'open' });
});

test('both names guard where a document has both', async () => {
  const sdl = `extend schema @link(url: "${federation}") ${printed()}
    directive @federation__authenticated on FIELD_DEFINITION directive @authenticated on FIELD_DEFINITION
    type Query { secret: String @authenticated open: String @federation__authenticated }`;
  expect((await start(sdl)).data).toEqual({ secret: null, open: null });
});

test.each([
  ['another specification', 'https://security.example/rules/v1.0'],
  ['another version', 'https://specs.apollo.dev/authenticated/v0.9'],
  ['no version', 'https://specs.apollo.dev/authenticated'],
  ['no address', 'rules'],
  ['a name that objects have', 'https://specs.apollo.dev/constructor/v0.1'],
])('a service with an unsupported access directive is not composed: %s', async (_what, url) => {
  const head = `extend schema @link(url: "${url}", for: SECURITY) ${printed()}`;
  await expect(start(`${head} type Query { secret: String open: String }`)).rejects.toThrow(
    /s: it is guarded by .*(?:is not supported|are supported)/,
  );
});

// Which of two names guards, or whether an address means Federation, is not guessed.
test.each([
  [
    'an address with http',
    '@link(url: "http://specs.apollo.dev/federation/v2.5", import: [{ name: "@authenticated", as: "@signedIn" }])',
    `s: @link links http://specs.apollo.dev/federation/v2.5: write ${federation} (INVALID_LINK_IDENTIFIER)`,
  ],
  [
    'two links of Federation',
    `@link(url: "${federation}", as: "a", import: [{ name: "@authenticated", as: "@signedIn" }]) @link(url: "${federation}", as: "b")`,
    's: @link links Federation more than once: write one, with all that is imported (INVALID_LINK_DIRECTIVE_USAGE)',
  ],
])('a service that may be guarded is not composed: %s', async (_what, head, error) => {
  const body = 'directive @signedIn on FIELD_DEFINITION type Query { secret: String @signedIn open: String }';
  await expect(start(`extend schema ${head} ${printed()} ${body}`)).rejects.toThrow(error);
});
