// Loading clients from the folders on disk, and the messages for the author of a client's file.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../test/harness/folder.ts';
import { loadClients } from './load-clients.ts';

const definitions = fileURLToPath(new URL('definition.ts', import.meta.url));
const file = (definition: string) =>
  `import { defineClient } from ${JSON.stringify(definitions)};\nexport default defineClient(${definition});\n`;

async function rejection(files: Record<string, string>): Promise<string> {
  try {
    await loadClients(temporaryFolder(files));
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the clients were accepted');
}

test('clients are found by their folders, versions beside each other', async () => {
  const folder = temporaryFolder({
    'web/client.ts': file('{ version: "2", exclude: ["Mutation"] }'),
    'web@1/client.mts': file('{}'),
    'mobile/client.js': file('{}'),
    'generated/types.ts': 'export {};',
    'README.md': '',
  });
  const clients = await loadClients(folder);
  expect([...clients.keys()]).toEqual(['mobile', 'web', 'web@1']);
  expect(clients.get('web@1')).toMatchObject({ name: 'web', version: '1', folder: join(folder, 'web@1') });
  expect(clients.get('web@1')?.definition).toMatchObject({ version: '1', exclude: [], mutations: true });
});

test('where there is no folder, there are no clients', async () => {
  expect(await loadClients(join(temporaryFolder(), 'clients'))).toEqual(new Map());
});

test('the SDL of own fields may stand in a file or in place', async () => {
  const clients = await loadClients(
    temporaryFolder({
      'web/client.ts': file('{ fields: { schema: "fields.graphql", resolvers: {} } }'),
      'web/fields.graphql': 'type Query { a: Int }',
      'mobile/client.ts': file('{ fields: { schema: "type Query { b: Int }", resolvers: {} } }'),
    }),
  );
  expect(clients.get('web')?.definition.fields?.schema).toBe('type Query { a: Int }');
  expect(clients.get('mobile')?.definition.fields?.schema).toBe('type Query { b: Int }');
});

test('a limit that a client leaves out is the general one', async () => {
  const clients = await loadClients(
    temporaryFolder({ 'web/client.ts': file('{ limits: { depth: 8, aliases: false } }') }),
  );
  expect(clients.get('web')?.definition.limits).toEqual({ depth: 8, aliases: false });
});

const aPattern =
  'give a coordinate such as "Product", "Product.*", "*.email", "User.orders(status:)" or "OrderStatus.CANCELLED", ' +
  'or a tag such as "#internal"';

test.each<[string, string, string]>([
  ['an option that is none', '{ excludes: [] }', 'excludes is not an option; did you mean exclude?'],
  ['a pattern that is none', '{ exclude: ["User.a.b"] }', `exclude[0] is "User.a.b": ${aPattern}`],
  [
    'a pattern that is no list',
    '{ exclude: "User" }',
    'exclude is "User": give a list of coordinates and tags, such as ["Product", "#internal"]',
  ],
  [
    'an empty include',
    '{ include: [] }',
    'include is []: give at least one coordinate, or leave it out to include everything',
  ],
  [
    'a name that GraphQL reserves',
    '{ rename: { types: { User: "__User" } } }',
    'rename.types.User is "__User": give a name of letters, digits and "_" that does not begin with a digit or "__"',
  ],
  [
    'a coordinate to rename that is none',
    '{ rename: { fields: { user: "customer" } } }',
    'rename.fields.user: give the names as they are and the new ones, such as { "User.avatarUrl": "picture" }',
  ],
  ['mutations that are no choice', '{ mutations: "no" }', 'mutations is "no": give true or false'],
  [
    'a limit that is none',
    '{ limits: { depth: 0 } }',
    'limits.depth is 0: give levels as a whole number above 0, or false for no limit',
  ],
  ['a limit that there is not', '{ limits: { dept: 3 } }', 'limits.dept is not an option; did you mean limits.depth?'],
  [
    'authentication that is no choice',
    '{ authentication: true }',
    'authentication is true: give "required" or "optional"',
  ],
  ['trust that is no choice', '{ trustedDocuments: "yes" }', 'trustedDocuments is "yes": give "only" or "allowed"'],
])('%s is rejected with the file and the path in it', async (_what, definition, line) => {
  const [heading = '', ...lines] = (await rejection({ 'web/client.ts': file(definition) })).split('\n');
  expect(heading).toMatch(/web\/client\.ts: 1 error$/);
  expect(lines).toEqual([`  ${line}`]);
});

test.each<[string, Record<string, string>, RegExp]>([
  [
    'a file that does not load',
    { 'web/client.mjs': 'throw new Error("oh no")' },
    /web\/client\.mjs:1:7 cannot be loaded: oh no$/,
  ],
  [
    'a file without a client',
    { 'web/client.mjs': 'export const a = 1' },
    /web\/client\.mjs exports no client\. Write: export default/,
  ],
  [
    'a folder that is no name',
    { 'my web/client.ts': file('{}') },
    /my web\/client\.ts: a client's folder is named with letters/,
  ],
  [
    'a folder and a file that disagree on the version',
    { 'web@1/client.ts': file('{ version: "2" }') },
    /web@1\/client\.ts: version is "2", but the folder is web@1; make them agree$/,
  ],
  [
    'one version twice',
    { 'web/client.ts': file('{ version: "1" }'), 'web@1/client.ts': file('{}') },
    /web@1\/client\.ts: .*web\/client\.ts is version 1 of web as well$/,
  ],
  [
    'SDL that is not there',
    { 'web/client.ts': file('{ fields: { schema: "none.graphql", resolvers: {} } }') },
    /web\/client\.ts: fields\.schema: .*none\.graphql does not exist$/,
  ],
])('%s is rejected with the file', async (_what, files, message) => {
  expect(await rejection(files)).toMatch(message);
});
