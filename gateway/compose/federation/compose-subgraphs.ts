// Composition of Federation subgraphs into a supergraph, by `@theguild/federation-composition`: it checks that the
// subgraphs fit together, and writes the supergraph that is served. The planner checks that every field can be reached.
import { createRequire } from 'node:module';
import { type DefinitionNode, type DirectiveDefinitionNode, type DocumentNode, Kind, print } from 'graphql';
import { ComposeError, composeAll } from '../compose-error.ts';
import { type DirectiveMeanings, readDirectives } from '../directive-meanings.ts';
import { linkedDirectives, readLinkedSource } from '../linked-features.ts';
import { rootTypeNamesIn } from '../root-types.ts';
import { ownDirectives, ownTypes, parseSource } from '../sdl.ts';
import { addDirectives, type CarriedDirectives, putDirectives, takeDirectives } from './carried-directives.ts';
import { compositionProblems } from './composition-problems.ts';
import { joinContextArguments } from './context-joins.ts';
import { argumentProblems } from './directive-arguments.ts';
import { droppedDirectives } from './dropped-directives.ts';
import { joinExternalFields, type NamedDocument } from './external-fields.ts';
import { withFederationLinks } from './federated-sdl.ts';
import { withFederationNames } from './federation-names.ts';
import { withKnownVersion } from './federation-versions.ts';
import { fieldSetProblems, withReadableFragments } from './field-sets.ts';
import { ignoredDirectives, unknownOverrides } from './ignored-directives.ts';
import { hierarchyProblems } from './interface-hierarchy.ts';
import { linkProblems } from './link-problems.ts';

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
  const documents = composeAll(subgraphs, ({ name, sdl }) => parseSource(sdl, name));
  const services = subgraphs.map(({ name, url, directives }, index) => {
    const parsed = documents[index] as DocumentNode;
    const linked = readLinkedSource(parsed, new Set(Object.keys(directives ?? {})));
    const source = readDirectives(linked.document, name, carriedDefinitions, directives);
    warnings.push(...source.warnings);
    const own = [...linked.problems, ...linkProblems(parsed), ...argumentProblems(parsed)];
    problems.push(...own.map((problem) => `${name}: ${problem}`), ...source.problems);
    warnings.push(...ignoredDirectives(parsed).map((warning) => `${name}: ${warning}`));
    const roots = rootTypeNamesIn(source.document);
    for (const [coordinate, nodes] of takeDirectives(source.document, new Set(carriedDefinitions.keys())).directives) {
      const inGraph = withGraphRoot(coordinate, roots);
      addDirectives(carried, inGraph, nodes);
      origins.set(inGraph, name);
    }
    const { document } = takeDirectives(parsed, notComposed(parsed, directives));
    return {
      name,
      url,
      typeDefs: interfaceObjectsFirst(withReadableFragments(withFederationNames(withKnownVersion(document)))),
    };
  });
  if (problems.length > 0) throw new ComposeError(problems);
  const result = composedBy(services);
  const unfit = [...fieldSetsOf(services), ...hierarchyProblems(result.supergraphDocumentNode)];
  if (unfit.length > 0) throw new ComposeError(unfit);
  warnings.push(...unknownOverrides(services));
  const joined = joinContextArguments(joinExternalFields(result.supergraphDocumentNode, services), services);
  const { document, lost } = putDirectives(joined, carried, carriedDefinitions, ownTypes);
  if (lost.length > 0) {
    throw new ComposeError(
      lost.map(
        ([coordinate, directive]) =>
          `${origins.get(coordinate)}: @${directive} on ${coordinate} would be lost: the graph has no ${coordinate}`,
      ),
    );
  }
  warnings.push(...droppedDirectives(services, document));
  return { supergraph: `${print(document)}\n`, warnings };
}

/** @throws ComposeError */
function composedBy(services: readonly NamedDocument[]): { supergraphDocumentNode: DocumentNode } {
  // It takes 10 MB, and only gateways with such subgraphs load it.
  const { composeServices } = require('@theguild/federation-composition') as FederationComposition;
  let result: ReturnType<typeof composeServices>;
  try {
    result = composeServices([...services], { disableValidationRules: ['SatisfiabilityRule'] });
  } catch (error) {
    // It ends with an exception for what it does not look for, such as fragments on unknown types.
    const unfit = fieldSetsOf(services);
    const names = services.map(({ name }) => name).join(', ');
    throw new ComposeError(unfit.length > 0 ? unfit : [`composition of ${names} failed: ${error}`]);
  }
  if (!result.errors) return result;
  const documents = new Map(services.map(({ name, typeDefs }) => [name, typeDefs]));
  throw new ComposeError([...compositionProblems(result.errors, documents), ...unknownOverrides(services)]);
}

function fieldSetsOf(services: readonly NamedDocument[]): string[] {
  return services.flatMap(({ name, typeDefs }) => fieldSetProblems(typeDefs).map((problem) => `${name}: ${problem}`));
}

/**
 * Composition takes a type for an object type, and ends, where a field that `@provides` some of it stands before it.
 */
function interfaceObjectsFirst(document: DocumentNode): DocumentNode {
  const isFirst = (node: DefinitionNode) =>
    (node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION) &&
    node.directives?.some(({ name }) => name.value === 'interfaceObject') === true;
  if (!document.definitions.some(isFirst)) return document;
  const { definitions } = document;
  return {
    ...document,
    definitions: [...definitions.filter(isFirst), ...definitions.filter((node) => !isFirst(node))],
  };
}

/** The gateway's directives but those by which `@graphql-tools/stitch` merges types: Federation has its own `@key`. */
const carriedDefinitions: ReadonlyMap<string, DirectiveDefinitionNode> = new Map(
  [...ownDirectives].filter(([name]) => !['key', 'merge', 'computed', 'canonical'].includes(name)),
);

/**
 * Names of the gateway's directives that composition does not read: it composes those that a document links from
 * Federation's own specification, unless their meaning is configured.
 */
function notComposed(document: DocumentNode, meanings: DirectiveMeanings = {}): Set<string> {
  const composed = linkedDirectives(withFederationLinks(document));
  const names = new Set([...carriedDefinitions.keys()].filter((name) => !composed.has(name)));
  for (const [called, name] of linkedDirectives(document)) {
    if (!composed.has(called) || Object.hasOwn(meanings, name)) names.add(called);
  }
  for (const meaning of Object.values(meanings)) if (typeof meaning === 'object') names.add(meaning.is);
  return names;
}

const graphRoots = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' } as const;

/** The graph's root types have their usual names. */
function withGraphRoot(coordinate: string, roots: ReturnType<typeof rootTypeNamesIn>): string {
  const [type = '', ...rest] = coordinate.split('.');
  const operation = (['query', 'mutation', 'subscription'] as const).find((each) => roots[each] === type);
  return operation ? [graphRoots[operation], ...rest].join('.') : coordinate;
}
