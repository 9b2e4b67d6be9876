// `concierge validate`: all errors of a project at once, each with its file, its place and what to write.
import { expect, test } from 'vitest';
import { runConcierge } from './harness/command.ts';
import { temporaryFolder } from './harness/folder.ts';

interface Outcome {
  code: number;
  output: string;
  errors: string;
}

async function validate(
  folder: string,
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<Outcome> {
  const { status, stdout, stderr } = await runConcierge(['validate', ...args], { folder, env });
  return { code: status, output: stdout, errors: stderr };
}

const client = (definition: string) =>
  `import { defineClient } from 'concierge-gateway';\nexport default defineClient(${definition});`;

const sources = {
  'gateway.config.ts': `
    import { defineConfig } from 'concierge-gateway';
    export default defineConfig({
      subgraphs: {
        users: { url: 'http://127.0.0.1:1', schema: 'schema/users.graphql' },
        shop: { url: 'http://127.0.0.1:2', schema: 'schema/shop.graphql' },
      },
      authorization: { policies: { owner: () => true } },
      rateLimits: { plans: { gold: {} } },
    });`,
  'schema/users.graphql': `
type Query {
  users: [User] @requiresScopes(scopes: [["users:read"]])
  me: User @policy(policies: [["owner"]])
}
type User { id: ID! name: String }`,
  'schema/shop.graphql': `
type Query {
  products: [Product]
}
type Product { id: ID! }`,
  'clients/web/client.ts': client(`{ exclude: ['User.name'], ratePlan: 'gold' }`),
  'clients/web/operations/users.graphql': 'query Users {\n  users { ...UserLine }\n}\n',
  'clients/web/operations/fragments/user.graphql': 'fragment UserLine on User {\n  id\n}\n',
};

const changed = (file: keyof typeof sources, from: string, to: string) => ({
  [file]: sources[file].replace(from, to),
});

test('a project without errors has none', async () => {
  const outcome = await validate(temporaryFolder(sources));
  expect(outcome).toEqual({ code: 0, output: 'No errors.\n', errors: '' });
});

test('errors of the configuration, of the environment, of schema files and of clients are found together', async () => {
  const folder = temporaryFolder({
    ...sources,
    ...changed('gateway.config.ts', 'authorization:', `prot: 1, timeout: '30', limits: { dept: 3 }, authorization:`),
    ...changed('schema/users.graphql', '@requiresScopes', '@requireScopes'),
    ...changed('schema/shop.graphql', '[Product]', '[Product'),
    ...changed('clients/web/client.ts', 'exclude', 'excludes'),
  });
  const { code, output } = await validate(folder, [], { PORT: 'abc', CONCIERGE_HOST: 'x' });
  expect(output.split('\n')).toEqual([
    'PORT=abc: give a whole number from 0 to 65535',
    'gateway.config.ts: timeout is "30": give milliseconds as a number above 0, or text such as "500ms", "30s", "2m"',
    'gateway.config.ts: limits.dept is not an option; did you mean limits.depth?',
    'gateway.config.ts: prot is not an option; did you mean port?',
    'clients/web/client.ts: excludes is not an option; did you mean exclude?',
    'schema/users.graphql:3:3: Unknown directive "@requireScopes" at Query.users; did you mean @requiresScopes?',
    'schema/shop.graphql:4:1: Syntax Error: Expected "]", found "}".',
    'warning: the environment variable CONCIERGE_HOST has no effect; did you mean HOST?',
    'not checked: clients, their documents and policies: the graph cannot be composed',
    '7 errors, 1 warning.',
    '',
  ]);
  expect(code).toBe(1);
});

test('where the graph can be composed, so are those of policies, views, rate plans and documents; as JSON too', async () => {
  const folder = temporaryFolder({
    ...sources,
    ...changed(
      'gateway.config.ts',
      'authorization: { policies: { owner:',
      `authentication: { development: { users: [{ name: 'Ada', subject: 'u1', scopes: ['user:read', 'other'] }] } },
      authorization: { policies: { owners:`,
    ),
    ...changed('clients/web/client.ts', `'gold'`, `'glod'`),
    ...changed('clients/web/operations/users.graphql', '...UserLine', '...UserLine, nme'),
    ...changed('clients/web/operations/fragments/user.graphql', 'id', 'name'),
    'clients/app/client.ts': client(`{ exclude: ['User.nam'] }`),
  });
  const { code, output } = await validate(folder, ['--json']);
  const { errors, warnings, ...rest } = JSON.parse(output);
  expect(rest).toEqual({ version: 1, ok: false, skipped: [] });
  expect(errors).toEqual([
    {
      kind: 'policy',
      file: 'gateway.config.ts',
      line: null,
      column: null,
      path: 'authorization.policies',
      message: 'Query.me: @policy names "owner"; did you mean owners?',
    },
    {
      kind: 'client',
      file: 'clients/web/client.ts',
      line: null,
      column: null,
      path: null,
      message: 'ratePlan is "glod": there is no such plan in rateLimits.plans; did you mean gold?',
    },
    {
      kind: 'client',
      file: 'clients/app/client.ts',
      line: null,
      column: null,
      path: null,
      message: 'exclude: User.nam is not in the graph; did you mean User.name?',
    },
    {
      kind: 'document',
      file: 'clients/web/operations/users.graphql',
      line: 2,
      column: 24,
      path: 'Users',
      message: 'Users: Cannot query field "nme" on type "User".',
    },
    {
      kind: 'document',
      file: 'clients/web/operations/fragments/user.graphql',
      line: 2,
      column: 3,
      path: 'Users',
      message: 'Users: Cannot query field "name" on type "User".',
    },
  ]);
  expect(warnings).toEqual([
    {
      kind: 'configuration',
      file: 'gateway.config.ts',
      line: null,
      column: null,
      path: null,
      message: 'authentication.development.users[0].scopes: no field requires "user:read"; did you mean users:read?',
    },
  ]);
  expect(code).toBe(1);
});

test('composition, certificates and files with API keys are checked; a folder without a configuration is wrong usage', async () => {
  const conflict = temporaryFolder({
    ...sources,
    ...changed('schema/shop.graphql', 'type Product', 'type User { id: ID! name: Int }\ntype Product'),
  });
  const secrets = temporaryFolder({
    ...sources,
    ...changed('gateway.config.ts', 'authorization:', `tls: { cert: 'c.pem', key: 'k.pem' }, authorization:`),
  });
  const [composed, started, empty] = await Promise.all([
    validate(conflict),
    validate(secrets),
    validate(temporaryFolder()),
  ]);
  expect(composed.output).toContain('User.name is ');
  expect(composed.output).toContain('not checked: clients');
  expect(composed.code).toBe(1);
  expect(started.output).toMatch(/tls\.cert.*c\.pem/);
  expect(started.code).toBe(1);
  expect(empty).toEqual({ code: 2, output: '', errors: expect.stringMatching(/^There is no gateway\.config\.ts in /) });
});
