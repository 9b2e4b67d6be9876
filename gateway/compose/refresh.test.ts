// A subgraph's SDL file beside the service that runs: a real one, asked over HTTP.
import { makeExecutableSchema } from '@graphql-tools/schema';
import { graphqlSync } from 'graphql';
import { expect, onTestFinished, test } from 'vitest';
import { startUpstream } from '../../test/harness/servers.ts';
import { ComposeError } from './compose-error.ts';
import { type Ask, refreshSdl } from './refresh.ts';

const sdl = 'type Query { user(id: ID!): User }\n\ntype User { id: ID! name: String }\n';

/** Asks a service with this schema; one that tells its SDL, if `told` is given. */
async function service(schemaSdl: string, told?: string): Promise<Ask> {
  const schema = makeExecutableSchema({
    typeDefs: told === undefined ? schemaSdl : `${schemaSdl} extend type Query { _sdl: String! }`,
  });
  const server = await startUpstream((response, { body }) => {
    response.end(JSON.stringify(graphqlSync({ schema, source: body.query, rootValue: { _sdl: told } })));
  });
  onTestFinished(() => server.stop());
  return async (query) => {
    const response = await fetch(server.url, { method: 'POST', body: JSON.stringify({ query }) });
    const { data } = (await response.json()) as { data: Record<string, unknown> };
    return data;
  };
}

test('a service that tells its SDL is believed', async () => {
  const told = `${sdl}# with a remark\n`;
  expect(await refreshSdl('users', sdl, await service(sdl, told))).toEqual({
    sdl: told,
    changed: true,
    note: 'refreshed from the service',
    problems: [],
  });
});

test('a file that says what the service says is left alone', async () => {
  expect(await refreshSdl('users', sdl, await service(sdl, sdl.trim()))).toMatchObject({
    changed: false,
    note: 'as the service says',
  });
});

test('a service that tells an SDL which is none is refused by name', async () => {
  await expect(refreshSdl('users', sdl, await service(sdl, 'type {'))).rejects.toThrow(ComposeError);
  await expect(refreshSdl('users', sdl, await service(sdl, 'type {'))).rejects.toThrow('users:1:6');
});

test('without a file, the SDL is written from introspection', async () => {
  const refreshed = await refreshSdl('users', null, await service(sdl));
  expect(refreshed).toMatchObject({ changed: true, note: 'written from introspection', problems: [] });
  expect(refreshed.sdl).toContain('user(id: ID!): User');
});

test('a file with stitching directives is checked by introspection, not rewritten', async () => {
  const file = 'type Query { user(id: ID!): User @merge(keyField: "id") } type User { id: ID! }';
  expect(await refreshSdl('users', file, await service(sdl))).toEqual({
    sdl: file,
    changed: false,
    note: 'checked by introspection',
    problems: [],
  });
});

test('what the file promises and the service lacks is a problem', async () => {
  const file = `${sdl} extend type User { email: String age: Int } type Address { city: String }`;
  const { problems } = await refreshSdl('users', file, await service(sdl));
  expect(problems).toEqual([
    'User.email is in the schema file of users, but the service has no such field',
    'User.age is in the schema file of users, but the service has no such field',
    'Address is in the schema file of users, but the service has no such type',
  ]);
});

test('a field that has another type in the service is a problem', async () => {
  const file = sdl.replace('name: String', 'name: Int');
  const { problems } = await refreshSdl('users', file, await service(sdl));
  expect(problems).toEqual([
    'User.name is Int in its schema file and String in the running service users; give it one type',
  ]);
});
