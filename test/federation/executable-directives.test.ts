// Executable directives of Federation subgraphs, on fields and on operations: sent to each subgraph, where they change
// values.
import type { GraphQLResolveInfo } from 'graphql';
import { getDirectiveValues } from 'graphql';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createGateway } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { closedUrl } from '../harness/servers.ts';
import type { FederatedService } from './federated-services.ts';
import { link, serveFederation } from './served-federation.ts';

const directives = `
  directive @shout(times: Int! = 1, style: Style = LOUD) on FIELD
  directive @inContext(country: String!) on QUERY
  enum Style { LOUD QUIET }`;

/** A field whose value shows the directives of its request. */
function shown(value: string) {
  return (_object: unknown, _args: unknown, _context: unknown, info: GraphQLResolveInfo): string => {
    const { schema, variableValues, operation, fieldNodes } = info;
    const valuesOf = (name: string, node: { directives?: GraphQLResolveInfo['operation']['directives'] }) => {
      const definition = schema.getDirective(name);
      return definition ? getDirectiveValues(definition, node, variableValues) : undefined;
    };
    const shout = fieldNodes[0] && valuesOf('shout', fieldNodes[0]);
    const country = valuesOf('inContext', operation)?.country;
    const text = shout?.style === 'LOUD' ? value.toUpperCase() + '!'.repeat(Number(shout.times)) : value;
    return country === undefined ? text : `${text} (${country})`;
  };
}

const catalogue = (own = directives): FederatedService => ({
  sdl: `${link}${own} type Query { item: Item items: [Item!]! } type Item @key(fields: "id") { id: ID! name: String }`,
  resolvers: {
    Query: { item: () => ({ id: '1' }), items: () => [{ id: '1' }, { id: '2' }] },
    Item: { name: shown('tee') },
  },
  entities: { Item: ({ id }) => ({ id }) },
});
const stock = (own = directives): FederatedService => ({
  sdl: `${link}${own} type Query { depots: Int } type Item @key(fields: "id") { id: ID! depot: String }`,
  resolvers: { Item: { depot: shown('north') } },
  entities: { Item: ({ id }) => ({ id }) },
});

async function compositions() {
  const services = { catalogue: catalogue(), stock: stock() };
  const files = Object.fromEntries(Object.entries(services).map(([name, { sdl }]) => [`${name}.graphql`, sdl]));
  const subgraphs = Object.fromEntries(
    Object.keys(services).map((name) => [name, { url: `http://${name}.test/`, schema: `${name}.graphql` }]),
  );
  const composed = createGateway({ log: { level: 'silent' }, subgraphs }, temporaryFolder(files));
  onTestFinished(async () => void (await composed.stop()));
  const supergraph = composed.graph.supergraph?.replaceAll(/"http:\/\/(\w+)\.test\/"/g, '"$1_URL"') ?? '';
  return { SDL: await serveFederation(services), supergraph: await serveFederation(services, { supergraph }) };
}

describe.each(['SDL', 'supergraph'] as const)('subgraphs from %s', (from) => {
  test('are sent the directives of their fields and of the operation, with variables', async () => {
    const { receive } = (await compositions())[from];
    const query = `query ($times: Int!, $country: String!) @inContext(country: $country) {
      item { name @shout(times: $times) plain: name depot @shout(times: $times) }
      items { ...F }
    }
    fragment F on Item { depot @shout(style: QUIET) quiet: depot }`;
    for (const [times, country] of [
      [1, 'DE'],
      [2, 'FR'],
    ] as const) {
      const marks = '!'.repeat(times);
      const { data, errors } = await receive(query, { variables: { times, country } });
      expect(errors).toEqual({});
      const item = { depot: `north (${country})`, quiet: `north (${country})` };
      expect(data).toEqual({
        item: { name: `TEE${marks} (${country})`, plain: `tee (${country})`, depot: `NORTH${marks} (${country})` },
        items: [item, item],
      });
    }
  });
});

test('a directive of an operation that is sent to no subgraph changes nothing', async () => {
  const { receive } = await serveFederation({ catalogue: catalogue(), stock: stock() });
  for (const query of [
    'query @inContext(country: "DE") { __typename kind: __type(name: "Item") { name } }',
    'query ($no: Boolean = false) @inContext(country: "DE") { __typename kind: __type(name: "Item") { name } item @include(if: $no) { id } }',
  ]) {
    const data = { __typename: 'Query', kind: { name: 'Item' } };
    expect(await receive(query)).toEqual({ data, errors: {}, requests: {} });
  }
});

test('a directive that one subgraph does not define is not in the graph, and a warning says so', async () => {
  const folder = temporaryFolder({
    'catalogue.graphql': catalogue().sdl,
    'stock.graphql': stock('directive @inContext(country: String!) on QUERY').sdl,
  });
  const subgraphs = Object.fromEntries(
    ['catalogue', 'stock'].map((name) => [name, { url: closedUrl, schema: `${name}.graphql` }]),
  );
  const { graph } = createGateway({ log: { level: 'silent' }, subgraphs }, folder);
  expect(graph.sdl).toContain('directive @inContext(country: String!) on QUERY');
  expect(graph.sdl).not.toContain('@shout');
  expect(graph.warnings).toEqual([
    '@shout is not in the graph: of the Federation subgraphs, stock does not define it; a directive for operations is ' +
      'defined by all of them',
  ]);
});
