// Server of a Federation subgraph for tests: a real server over node:http that implements the subgraph specification
// (`_service`, `_entities`), and records the requests that it receives.
// https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { makeExecutableSchema } from '@graphql-tools/schema';
import type { IResolvers } from '@graphql-tools/utils';
import { type DocumentNode, type GraphQLFieldResolver, type GraphQLSchema, graphql, Kind, parse, visit } from 'graphql';
import { isFederated, withoutOrphans } from '../../gateway/compose/federation/federated-sdl.ts';
import { listen } from '../harness/listen.ts';

export type Representation = { __typename: string } & Record<string, unknown>;

export interface FederatedService {
  /** As the subgraph's team writes it. */
  sdl: string;
  resolvers?: IResolvers;
  /** Of fields without a resolver. */
  fieldResolver?: GraphQLFieldResolver<unknown, unknown>;
  /** By type: finds an entity by its representation; null where there is none. */
  entities?: Record<string, (representation: Representation) => object | null | Promise<object | null>>;
}

export interface ServedSubgraph {
  url: string;
  requests: { query: string; variables: Record<string, unknown>; headers: Record<string, unknown> }[];
  service: FederatedService;
}

/** Starts a subgraph on a free port. */
export async function startSubgraph(service: FederatedService): Promise<ServedSubgraph & { stop(): Promise<void> }> {
  const schema = subgraphSchema(service);
  const { fieldResolver = null } = service;
  const requests: ServedSubgraph['requests'] = [];
  const server = createServer(async (request, response) => {
    const {
      query,
      variables = {},
      operationName = null,
    } = (await json(request)) as {
      query: string;
      variables?: Record<string, unknown>;
      operationName?: string;
    };
    requests.push({ query, variables, headers: request.headers });
    const result = await graphql({ schema, source: query, variableValues: variables, operationName, fieldResolver });
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(result));
  });
  const { origin, stop } = await listen(server);
  return { url: `${origin}/graphql`, requests, service, stop };
}

function subgraphSchema({ sdl, resolvers = {}, entities = {} }: FederatedService): GraphQLSchema {
  const { Query: ownQueries = {} } = resolvers as { Query?: object };
  const document = parse(sdl);
  const typeDefs = withoutOrphans(withoutFederation(document));
  if (!isFederated(document)) return makeExecutableSchema({ typeDefs, resolvers });
  const names = entityNames(document);
  const union = names.length > 0 ? `union _Entity = ${names.join(' | ')}` : 'scalar _Entity';
  const hasQuery = typeDefs.definitions.some(
    (node) => node.kind === Kind.OBJECT_TYPE_DEFINITION && node.name.value === 'Query',
  );
  const machinery = `
    scalar _Any
    type _Service { sdl: String! }
    ${union}
    ${hasQuery ? 'extend ' : ''}type Query { _entities(representations: [_Any!]!): [_Entity]! _service: _Service! }`;
  return makeExecutableSchema({
    typeDefs: [typeDefs, machinery],
    resolvers: {
      ...resolvers,
      ...(names.length > 0 && { _Entity: { __resolveType: (entity: { __typename: string }) => entity.__typename } }),
      Query: {
        ...ownQueries,
        _service: () => ({ sdl }),
        _entities: (_root: unknown, args: { representations: Representation[] }) =>
          args.representations.map(async (representation) => {
            const find = entities[representation.__typename];
            if (!find) throw new Error(`no entity ${representation.__typename} here`);
            const entity = await find(representation);
            return entity && { __typename: representation.__typename, ...entity };
          }),
      },
    },
  });
}

/** Object types that `_Entity` contains: those with a key, also where only an interface of theirs has one. */
function entityNames(document: DocumentNode): string[] {
  const names = new Set<string>();
  for (const node of document.definitions) {
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION && node.kind !== Kind.OBJECT_TYPE_EXTENSION) continue;
    if (node.directives?.some(({ name }) => /(^|__)key$/.test(name.value))) names.add(node.name.value);
  }
  return [...names];
}

const standard: ReadonlySet<string> = new Set(['deprecated', 'specifiedBy', 'oneOf']);

/** The document without directives that only composition reads. */
function withoutFederation(document: DocumentNode): DocumentNode {
  const defined = new Set(
    document.definitions.flatMap((node) => (node.kind === Kind.DIRECTIVE_DEFINITION ? node.name.value : [])),
  );
  return visit(document, {
    [Kind.DIRECTIVE]: (node) => (standard.has(node.name.value) || defined.has(node.name.value) ? undefined : null),
    [Kind.SCHEMA_EXTENSION]: (node) => ((node.operationTypes ?? []).length > 0 ? undefined : null),
  });
}
