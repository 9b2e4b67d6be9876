// Composition of Federation subgraphs into a supergraph, by `@theguild/federation-composition`: it checks that the
// subgraphs fit together and that every field can be reached, and writes the supergraph that is served.
import { createRequire } from 'node:module';
import {
  type ConstDirectiveNode,
  type DirectiveDefinitionNode,
  type DocumentNode,
  type GraphQLError,
  Kind,
  print,
} from 'graphql';
import { ComposeError } from '../compose-error.ts';
import { type DirectiveMeanings, readDirectives } from '../directive-meanings.ts';
import { rootTypeNamesIn } from '../root-types.ts';
import { ownDirectives, ownTypes, parseSource } from '../sdl.ts';
import { addDirectives, type CarriedDirectives, putDirectives, takeDirectives } from './carried-directives.ts';
import { joinExternalFields } from './external-fields.ts';
import { withFederationNames } from './federation-names.ts';

type FederationComposition = typeof import('@theguild/federation-composition');

const require = createRequire(import.meta.url);

export interface FederatedSubgraph {
  name: string;
  /** Its address in the supergraph. */
  url: string;
  sdl: string;
  /** Meanings of directives in this SDL that have the name of one of the gateway's. */
  directives?: DirectiveMeanings | undefined;
}

export interface ComposedSubgraphs {
  /** SDL of the supergraph, with the gateway's directives of every subgraph. */
  supergraph: string;
  warnings: readonly string[];
}

/** @throws ComposeError with the code and the subgraph of each problem. */
export function composeSubgraphs(subgraphs: readonly FederatedSubgraph[]): ComposedSubgraphs {
  const carried: CarriedDirectives = new Map();
  const origins = new Map<string, string>();
  const warnings: string[] = [];
  const problems: string[] = [];
  const services = subgraphs.map(({ name, url, sdl, directives }) => {
    const parsed = parseSource(sdl, name);
    const own = unlinked(parsed);
    const source = readDirectives(parsed, name, own, directives);
    warnings.push(...source.warnings);
    problems.push(...source.problems);
    const roots = rootTypeNamesIn(source.document);
    const taken = takeDirectives(source.document, new Set(own.keys()));
    for (const [coordinate, nodes] of taken.directives) {
      const inGraph = withGraphRoot(coordinate, roots);
      addDirectives(carried, inGraph, nodes);
      origins.set(inGraph, name);
    }
    return { name, url, typeDefs: withFederationNames(taken.document) };
  });
  if (problems.length > 0) throw new ComposeError(problems);
  // It takes 10 MB, and only gateways with such subgraphs load it.
  const { composeServices } = require('@theguild/federation-composition') as FederationComposition;
  const result = composeServices(services, { disableValidationRules: ['SatisfiabilityRule'] });
  if (result.errors) throw new ComposeError(result.errors.map(messageOf));
  const joined = joinExternalFields(result.supergraphDocumentNode, services);
  const { document, lost } = putDirectives(joined, carried, carriedDefinitions, ownTypes);
  if (lost.length > 0) {
    throw new ComposeError(
      lost.map(
        ([coordinate, directive]) =>
          `${origins.get(coordinate)}: @${directive} on ${coordinate} would be lost: the graph has no ${coordinate}`,
      ),
    );
  }
  return { supergraph: `${print(document)}\n`, warnings };
}

/** The gateway's directives but those by which `@graphql-tools/stitch` merges types: Federation has its own `@key`. */
const carriedDefinitions: ReadonlyMap<string, DirectiveDefinitionNode> = new Map(
  [...ownDirectives].filter(([name]) => !['key', 'merge', 'computed', 'canonical'].includes(name)),
);

/** The gateway's directives that a document does not link from Apollo's specifications, which compose them. */
function unlinked(document: DocumentNode): Map<string, DirectiveDefinitionNode> {
  const names = new Map(carriedDefinitions);
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) continue;
    for (const name of (definition.directives ?? []).flatMap(linkedNames)) names.delete(name);
  }
  return names;
}

/** Names of directives, as the document calls them, that a `@link` of a specification of Apollo's imports. */
function linkedNames({ name, arguments: args = [] }: ConstDirectiveNode): string[] {
  const value = (argument: string) => args.find((each) => each.name.value === argument)?.value;
  const url = value('url');
  if (name.value !== 'link' || url?.kind !== Kind.STRING || !url.value.includes('//specs.apollo.dev/')) return [];
  const imports = value('import');
  const items = imports?.kind === Kind.LIST ? imports.values : [];
  return items.flatMap((item) => {
    if (item.kind === Kind.STRING) return item.value.replace(/^@/, '');
    if (item.kind !== Kind.OBJECT) return [];
    const called = item.fields.find((field) => field.name.value === 'as') ?? item.fields[0];
    return called?.value.kind === Kind.STRING ? called.value.value.replace(/^@/, '') : [];
  });
}

const graphRoots = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' } as const;

/** The graph's root types have their usual names. */
function withGraphRoot(coordinate: string, roots: ReturnType<typeof rootTypeNamesIn>): string {
  const [type = '', ...rest] = coordinate.split('.');
  const operation = (['query', 'mutation', 'subscription'] as const).find((each) => roots[each] === type);
  return operation ? [graphRoots[operation], ...rest].join('.') : coordinate;
}

function messageOf({ message, extensions }: GraphQLError): string {
  const { code } = extensions;
  const text = message.replace(/^\[([^\]]+)\] /, '$1: ');
  return typeof code === 'string' ? `${text} (${code})` : text;
}
