// Graph of edge cases: six services, their objects tied in circles, found by several keys and in several hops,
// computed from each other, one service behind transforms; and a weather in which anything may go wrong.
import type { SubschemaConfig } from '@graphql-tools/delegate';
import { stitchSchemas } from '@graphql-tools/stitch';
import { stitchingDirectives } from '@graphql-tools/stitching-directives';
import { MapperKind, mapSchema, pruneSchema } from '@graphql-tools/utils';
import { GraphQLSchema, printSchema } from 'graphql';
import { withDefer } from '../../../gateway/compose/defer-directive.ts';
import type { Graph } from '../../../gateway/compose/graph.ts';
import { ServiceNames } from '../../../gateway/compose/renames/service-names.ts';
import { readRules } from '../../../gateway/compose/rules.ts';
import { buildSchemaOf, ownDefinitions, parseSdl } from '../../../gateway/compose/sdl.ts';
import { transformsSection } from '../../../gateway/config/renames.ts';
import { sourceTransform } from '../../../gateway/transforms/source-transform.ts';
import { GraphUnderTest } from '../graph-under-test.ts';
import { Fixtures } from './fixtures.ts';
import { edgeCaseKeys, Reference } from './reference.ts';
import { renames } from './renames.ts';
import { openService, type Service } from './service.ts';
import { isCalm, subgraphNames, weatherOf } from './weather.ts';

const { stitchingDirectivesTransformer } = stitchingDirectives();

export function edgeCaseGraph(): GraphUnderTest {
  const services = subgraphNames.map(openService);
  let fixtures = new Fixtures(weatherOf(0));
  const underTest: GraphUnderTest = new GraphUnderTest({
    name: 'edgeCases',
    compose: () => compose(services),
    subgraphs: services.map(({ name, schema, response }) => ({
      name,
      schema,
      response: (request) => response(request, fixtures),
    })),
    knownValues: (name, type, random) => {
      if (name === 'id') return random.pick(['a1', 'a2', 'b1', 'g2', 'nobody']);
      if (type === 'ID') return random.pick(['a1', 'a2', 'a3', 'nobody']);
      return name === 'n' || name === 'first' ? random.between(0, 4) : undefined;
    },
    mutations: 0.1,
    reset(seed, { text }) {
      const weather = weatherOf(seed);
      // Two services serve what is shared; the planner selects one of them.
      fixtures = new Fixtures(/\bshared\b/.test(text) ? { ...weather, down: new Set() } : weather);
    },
    // In bad weather stitching loses errors, indices and whole objects. What is computed from computed fields, or from
    // fields of other objects, it fetches before it has what they need, or with half of it, or it throws where nothing
    // can catch it. There the reference is the only oracle; as where there are directives, which stitching drops.
    stitchingSupports: (seed, { text }) => isCalm(weatherOf(seed)) && !/\b(price|report)\b|@marked/.test(text),
    reference: (operation) => reference.execute(operation, fixtures),
  });
  const reference = new Reference(services, underTest.graph.schema, edgeCaseKeys);
  return underTest;
}

function compose(services: readonly Service[]): Graph {
  const serviceNames = new Map<string, ServiceNames>();
  const subschemas = services.map(({ name, sdl, schema }): SubschemaConfig => {
    const config = { name, schema };
    if (name !== 'zeta') return stitchingDirectivesTransformer(config);
    const rename = { types: renames.types, fields: renamedRootFields() };
    const transform = sourceTransform(name, transformsSection.parse({ rename }));
    const transformed = transform(parseSdl(sdl, name));
    const inGraph = buildSchemaOf(transformed.document, name);
    const names = new ServiceNames(inGraph, transformed.renames);
    serviceNames.set(name, names);
    return {
      ...config,
      schema: inGraph,
      merge: {
        Alpha: {
          selectionSet: '{ id }',
          fieldName: '_zetas',
          key: ({ id }) => id,
          argsFromKeys: (ids) => ({ ids }),
        },
      },
    };
  });
  const stitched = stitchSchemas({ subschemas }).toConfig();
  const schema = mapSchema(new GraphQLSchema({ ...stitched, directives: withDefer(stitched.directives) }), {
    [MapperKind.ROOT_FIELD]: (_field, name) => (name.startsWith('_') ? null : undefined),
    [MapperKind.DIRECTIVE]: ({ name }) => (ownDefinitions.has(`@${name}`) ? null : undefined),
  });
  const visible = pruneSchema(schema);
  return {
    schema: visible,
    sdl: printSchema(visible),
    version: '0',
    subschemas,
    serviceNames,
    rules: readRules(visible, []),
    sources: [],
    warnings: [],
  };
}

function renamedRootFields(): Record<string, string> {
  return Object.fromEntries(Object.entries(renames.rootFields).map(([field, name]) => [`Query.${field}`, name]));
}
