// Supergraph of Apollo Federation over the same kind of data as the edge-case graph: several keys for one type, keys of
// two fields, fields that a parent provides, fields computed from others, and from others that are computed themselves.
// Single fields fail; every object is found. `supergraph.graphql` is composed of the other files by
// `@theguild/federation-composition`.
import { readFileSync } from 'node:fs';
import { buildASTSchema, concatAST, Kind, parse } from 'graphql';
import { composeSupergraph, readSupergraph } from '../../../gateway/compose/supergraph.ts';
import { Fixtures } from '../edge-cases/fixtures.ts';
import { Reference } from '../edge-cases/reference.ts';
import { type Service, serviceOf } from '../edge-cases/service.ts';
import { type Weather, weatherOf } from '../edge-cases/weather.ts';
import { GraphUnderTest } from '../graph-under-test.ts';

const definitions = `
  scalar _Any
  scalar FieldSet
  scalar link__Import
  directive @link(url: String!, import: [link__Import]) repeatable on SCHEMA
  directive @key(fields: FieldSet!) repeatable on OBJECT
  directive @requires(fields: FieldSet!) on FIELD_DEFINITION
  directive @provides(fields: FieldSet!) on FIELD_DEFINITION
  directive @external on FIELD_DEFINITION
  directive @shareable on OBJECT | FIELD_DEFINITION`;

export function federatedGraph(): GraphUnderTest {
  const read = (file: string) => readFileSync(new URL(`./${file}.graphql`, import.meta.url), 'utf8');
  const services = ['north', 'south', 'west'].map((name) => openService(name, read(name)));
  let fixtures = new Fixtures(weatherAt(0));
  const graph: GraphUnderTest = new GraphUnderTest({
    name: 'federated',
    compose: () => composeSupergraph(readSupergraph(read('supergraph'), 'supergraph.graphql')),
    subgraphs: services.map(({ name, schema, response }) => ({
      name,
      schema,
      response: (request) => response(request, fixtures),
    })),
    knownValues: (name, _type, random) => {
      if (name === 'id') return random.pick(['b1', 'a2', 'f3']);
      return name === 'n' ? random.between(0, 4) : undefined;
    },
    mutations: 0,
    reset(seed) {
      fixtures = new Fixtures(weatherAt(seed));
    },
    // A supergraph's operations are all planned.
    stitchingSupports: () => false,
    reference: (operation) => reference.execute(operation, fixtures),
  });
  const reference = new Reference(services, graph.graph.schema, null);
  return graph;
}

function weatherAt(seed: number): Weather {
  return { ...weatherOf(seed), missing: 0, down: new Set() };
}

function openService(name: string, sdl: string): Service {
  const document = parse(sdl);
  const entities = document.definitions.flatMap((node) =>
    node.kind === Kind.OBJECT_TYPE_DEFINITION && node.directives?.some((directive) => directive.name.value === 'key')
      ? [node.name.value]
      : [],
  );
  const found = `union _Entity = ${entities.join(' | ')}
    extend type Query { _entities(representations: [_Any!]!): [_Entity]! }`;
  return serviceOf(name, sdl, buildASTSchema(concatAST([parse(definitions), document, parse(found)])));
}
