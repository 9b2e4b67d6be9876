// Makes an executable federation subgraph of an SDL and its resolvers: adds the directive definitions that the SDL
// uses, and `_service` and `_entities`, by which a gateway enters the subgraph.
// https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec

import { makeExecutableSchema } from '@graphql-tools/schema';
import { type GraphQLSchema, Kind, parse } from 'graphql';

export type Representation = { __typename: string } & Record<string, unknown>;

/** How each entity type of a subgraph is found by its representation; null where there is none of that key. */
export type References = Record<string, (representation: Representation) => object | null>;

type Resolvers = Record<string, Record<string, (parent: never, args: never) => unknown>>;

const definitions = /* GraphQL */ `
  scalar _Any
  scalar federation__FieldSet
  scalar link__Import
  type _Service {
    sdl: String
  }
  directive @link(url: String!, import: [link__Import]) repeatable on SCHEMA
  directive @key(fields: federation__FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
  directive @external on OBJECT | FIELD_DEFINITION
  directive @requires(fields: federation__FieldSet!) on FIELD_DEFINITION
`;

/** Takes the SDL as a subgraph writes it and returns its schema; throws when an entity of the SDL has no reference. */
export function entitySchema(sdl: string, references: References, resolvers: Resolvers): GraphQLSchema {
  const entities = entityNames(sdl);
  for (const name of entities) {
    if (!references[name]) throw new Error(`The entity ${name} has no reference resolver.`);
  }
  return makeExecutableSchema({
    typeDefs: [
      definitions,
      sdl,
      `union _Entity = ${entities.join(' | ')}
       ${/type Query\b/.test(sdl) ? 'extend ' : ''}type Query {
         _entities(representations: [_Any!]!): [_Entity]!
         _service: _Service!
       }`,
    ],
    resolvers: {
      ...resolvers,
      _Entity: { __resolveType: (entity: { __typename: string }) => entity.__typename },
      Query: {
        ...resolvers.Query,
        _service: () => ({ sdl }),
        _entities: (_: unknown, args: { representations: Representation[] }) =>
          args.representations.map((representation) => {
            const entity = references[representation.__typename]?.(representation);
            return entity ? { ...entity, __typename: representation.__typename } : null;
          }),
      },
    },
  });
}

function entityNames(sdl: string): string[] {
  return parse(sdl).definitions.flatMap((definition) =>
    definition.kind === Kind.OBJECT_TYPE_DEFINITION &&
    definition.directives?.some((directive) => directive.name.value === 'key')
      ? [definition.name.value]
      : [],
  );
}
