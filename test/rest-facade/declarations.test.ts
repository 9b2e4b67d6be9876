// Directives and descriptions in a client's operations: no part of a document's text and id, checked with their places.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { loadClients } from '../../gateway/client-views/load-clients.ts';
import { createGateway } from '../../gateway/index.ts';
import { collectDefinitions, collectDocuments } from '../../gateway/persisted-documents/collect-documents.ts';
import { DocumentsError } from '../../gateway/persisted-documents/documents-error.ts';
import { printManifest, writeManifest } from '../../gateway/persisted-documents/manifest.ts';
import {
  manifestFile,
  readTrustedDocuments,
  TrustedDocuments,
} from '../../gateway/persisted-documents/trusted-documents.ts';
import { outcomeOf } from '../harness/command.ts';
import { temporaryFolder } from '../harness/folder.ts';

const plain =
  'query A($id: ID!, $user: ID!) { product(id: $id) { ...Part } mine(user: $user) }\nfragment Part on Product { id }';
const declared = `
  "An operation."
  query A("Which." $id: ID!, $user: ID! @claim(name: "sub")) @rest(get: "/a/{id}") @tool(title: "A") {
    product(id: $id) { ...Part } mine(user: $user)
  }
  "A fragment." fragment Part on Product { id }
`;

function problemsOf(operations: string): string[] {
  const folder = temporaryFolder({ 'a.graphql': operations });
  try {
    collectDocuments(folder);
  } catch (error) {
    if (!(error instanceof DocumentsError)) throw error;
    return error.problems.map(
      ({ line, column, message }) =>
        `${line}:${column} ${message.replace(/(?:\.\.\/)*[^\s(]*concierge-test[^/]*\//, '')}`,
    );
  }
  return [];
}

describe('a document with directives and descriptions', () => {
  it('has the text and the id that it has without them', () => {
    const [one] = collectDocuments(temporaryFolder({ 'a.graphql': plain })).documents;
    const [other] = collectDocuments(temporaryFolder({ 'a.graphql': declared })).documents;
    expect(other!.body).toBe(one!.body);
    expect(other!.id).toBe(one!.id);
    expect(other!.declaration).toMatchObject({
      description: 'An operation.',
      variables: new Map([['id', 'Which.']]),
      rest: { method: 'GET', path: '/a/{id}', isUnwrapped: false },
      tool: { title: 'A' },
      claims: [{ variable: 'user', claim: 'sub' }],
    });
  });

  it('keeps them in the manifest that a gateway without the files reads', () => {
    const folder = temporaryFolder({ 'operations/a.graphql': declared });
    const fromFiles = readTrustedDocuments(folder);
    const deployed = temporaryFolder();
    writeManifest(manifestFile(deployed), fromFiles);
    const fromManifest = readTrustedDocuments(deployed);
    expect(printManifest(fromManifest)).toBe(printManifest(fromFiles));
    const [document] = fromManifest.documents;
    expect(document).toMatchObject({ body: fromFiles.documents[0]!.body, declaration: { rest: { path: '/a/{id}' } } });
    // A document without any of it has the entry that it always had.
    const [entry] = JSON.parse(printManifest(collectDocuments(temporaryFolder({ 'a.graphql': plain })))).operations;
    expect(Object.keys(entry)).toEqual(['id', 'name', 'type', 'body']);
  });

  it('is executed without them where another tool compiled them into its text, by that text’s id', () => {
    const body = 'query A($user: ID! @claim(name: "sub")) @rest(get: "/a") { mine(user: $user) }';
    const manifest = { format: 'apollo-persisted-query-manifest', version: 1, operations: [{ id: 'x1', body }] };
    const trusted = new TrustedDocuments(
      readTrustedDocuments(temporaryFolder({ 'documents/apollo.json': JSON.stringify(manifest) })),
    );
    expect(trusted.get('x1')?.text).toBe('query A($user: ID!) {\n  mine(user: $user)\n}');
    expect(trusted.find(body)?.id).toBe('x1');
    // Documents of releases are no paths; what fills their variables holds.
    expect(trusted.get('x1')?.declaration).toMatchObject({ rest: null, claims: [{ variable: 'user' }] });
    expect(trusted.claims?.size).toBe(1);
  });
});

describe('a path of @rest', () => {
  it.each([
    ['query A @rest { a }', '1:9 @rest has one method with its path, such as get: "/products/{id}"'],
    [
      'query A @rest(get: "/a", post: "/a") { a }',
      '1:9 @rest has one method with its path, such as get: "/products/{id}"',
    ],
    [
      'query A @rest(path: "/a") { a }',
      '1:9 @rest has no argument "path": it has get, post, put, patch, delete, body, unwrap',
    ],
    ['query A @rest(get: 5) { a }', '1:9 Argument "get" has invalid value 5.'],
    ['query A @rest(get: "/a") @rest(get: "/b") { a }', '1:26 an operation has one @rest: remove the others'],
    ['query A @rest(get: "a") { a }', '1:9 the path "a" of @rest does not begin with "/"'],
    [
      'query A @rest(get: "/") { a }',
      '1:9 the path "/" of @rest is that of the façade\'s own description: give another one',
    ],
    [
      'query A @rest(get: "/a/") { a }',
      '1:9 the path "/a/" of @rest has an empty part: write one "/" between two parts, and none at the end',
    ],
    [
      'query A @rest(get: "/a/../b") { a }',
      '1:9 the path "/a/../b" of @rest has the part "..", which clients take out of a URL',
    ],
    [
      'query A @rest(get: "/a b") { a }',
      '1:9 the path "/a b" of @rest has the part "a b": write plain characters, or one variable such as {id}',
    ],
    [
      'query A($id: ID) @rest(get: "/{id}.json") { a }',
      '1:18 the path "/{id}.json" of @rest has the part "{id}.json": write plain characters, or one variable such as {id}',
    ],
    ['query A($id: ID) @rest(get: "/{id}/{id}") { a }', '1:18 the path "/{id}/{id}" of @rest has {id} twice'],
    [
      'query A($id: ID) @rest(get: "/{ids}") { a }',
      '1:18 {ids} stands in the path of @rest, but the operation has no variable $ids; did you mean id?',
    ],
    ['query A($id: [ID]) @rest(get: "/{id}") { a }', '1:20 $id is a list, which cannot stand in the path of @rest'],
    [
      'query A($id: ID @claim(name: "sub")) @rest(get: "/{id}") { a }',
      '1:38 $id is filled by @claim: remove it from the path of @rest',
    ],
    ['mutation A @rest(get: "/a") { a }', '1:12 a mutation cannot be served by GET: use post, put, patch or delete'],
    ['subscription A @rest(get: "/a") { a }', '1:16 @rest is for queries and mutations'],
    ['subscription A @tool { a }', '1:16 @tool is for queries and mutations'],
    ['query A($b: B) @rest(get: "/a", body: "b") { a }', '1:16 a GET has no body: remove "body" from @rest'],
    [
      'query A($b: B) @rest(post: "/a", body: "c") { a }',
      '1:16 "body" of @rest names $c, but the operation has no variable $c; did you mean b?',
    ],
    ['query A($b: B) @rest(post: "/a/{b}", body: "b") { a }', '1:16 $b is both in the path and the body'],
    [
      'query A @rest(get: "/a", unwrap: true) { a b }',
      '1:9 "unwrap" of @rest requires exactly one root field, without fragments and directives',
    ],
    [
      'query A @rest(get: "/a") { a } query B @rest(get: "/a") { b }',
      '1:40 GET /a is that of GET /a (a.graphql:1:9) as well: give one of them another path',
    ],
    [
      'query A($x: ID) @rest(get: "/{x}/b") { a } query B($y: ID) @rest(get: "/a/{y}") { b }',
      '1:60 a URL may match both /a/{y} and GET /{x}/b (a.graphql:1:17), and neither is the more specific one: change one of them',
    ],
  ])('%s is an error with its place', (operations, problem) => {
    expect(problemsOf(operations)).toEqual([problem]);
  });

  it('may have several methods, and be more specific than another', () => {
    const operations = `
      query A($id: ID) @rest(get: "/a/{id}") { a } mutation B($x: ID) @rest(put: "/a/{x}") { b }
      query C @rest(get: "/a/c") { c } query D($id: ID) @rest(get: "/a/{id}/d") { d }
    `;
    expect(problemsOf(operations)).toEqual([]);
  });

  it('is checked by concierge documents --check, with file and line', async () => {
    const config = { subgraphs: { shop: { url: 'http://127.0.0.1:9/graphql', schema: 'shop.graphql' } } };
    const folder = temporaryFolder({
      'gateway.config.json': JSON.stringify(config),
      'clients/web/operations/a.graphql': '\nquery A($id: ID!) @rest(get: "/a/{di}") { a(id: $id) }\n',
    });
    const { code, output } = await outcomeOf(['documents', '--check', '--config', `${folder}/gateway.config.json`]);
    expect(output).toMatch(
      /clients\/web\/operations\/a\.graphql:2:19: \{di\} stands in the path of @rest, but the operation/,
    );
    expect(code).toBe(1);
  });
});

describe('what only the schema shows', () => {
  const schema = 'input Range { min: Int }\ntype Query { list(range: Range): Int }';
  const operation = 'query List($range: Range) @rest(get: "/list/{range}") { list(range: $range) }';
  const config = { subgraphs: { shop: { url: 'http://127.0.0.1:9/graphql', schema: 'shop.graphql' } } };
  const project = () =>
    temporaryFolder({
      'gateway.config.json': JSON.stringify(config),
      'shop.graphql': schema,
      'clients/web/client.ts': 'export default {};',
      'clients/web/operations/a.graphql': operation,
    });

  it('is an error of concierge validate, and when the gateway starts', async () => {
    const folder = project();
    const { code, output } = await outcomeOf(['validate', '--config', `${folder}/gateway.config.json`]);
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(/a\.graphql:1:7: \$range is an input object, which cannot/),
    ]);
    const clients = [...(await loadClients(`${folder}/clients`)).values()];
    expect(() => createGateway(config, { folder, clients })).toThrow('$range is an input object, which cannot stand');
  });

  it('is an error of the configuration where paths are those of others', () => {
    const at = (more: object) => () => createGateway({ ...config, ...more }, project());
    expect(at({ rest: { path: '/graphql' } })).toThrow('rest.path is "/graphql": it is at or below /graphql');
    expect(at({ mcp: { path: '/rest/mcp' } })).toThrow('mcp.path is "/rest/mcp": it is at, below or above /rest');
    expect(at({ rest: { path: 'rest' } })).toThrow('give a path such as "/rest"');
    // Its documents are not served there then.
    expect(at({ rest: false, mcp: { path: '/rest' } })).not.toThrow();
  });
});

it('the types of an operation lack the variables that are filled from claims', () => {
  const folder = temporaryFolder({ 'a.graphql': declared });
  const [operation] = collectDefinitions(folder).definitions as [OperationDefinitionNode];
  expect(operation.variableDefinitions?.map(({ variable }) => variable.name.value)).toEqual(['id']);
});

it('the demo’s operations have their ids of before', () => {
  const file = fileURLToPath(new URL('../../clients/web/generated/documents.json', import.meta.url));
  const { operations } = JSON.parse(readFileSync(file, 'utf8'));
  const profile = operations.find(({ name }: { name: string }) => name === 'Profile');
  // The hash of the text without them.
  expect(profile.id).toBe(createHash('sha256').update(profile.body).digest('hex'));
  expect(profile.body).not.toContain('@rest');
});
