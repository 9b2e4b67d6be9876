// Root types of sources, under any name that their schema definition gives them. In the graph, all sources have the
// same root type names, so that rules, plans and views use one coordinate for a root field.
import { type DocumentNode, type GraphQLSchema, Kind, OperationTypeNode, visit } from 'graphql';

/** The name of each operation's root type; operations that are not served have none. */
export type RootTypeNames = Readonly<Partial<Record<OperationTypeNode, string>>>;

const operations = [OperationTypeNode.QUERY, OperationTypeNode.MUTATION, OperationTypeNode.SUBSCRIPTION];

const defaultNames: Readonly<Record<OperationTypeNode, string>> = {
  query: 'Query',
  mutation: 'Mutation',
  subscription: 'Subscription',
};

/** Root types of a source: those of its schema definition, or the default names if it has none (GraphQL 3.3.1). */
export function rootTypeNamesIn({ definitions }: DocumentNode): RootTypeNames {
  const named: Partial<Record<OperationTypeNode, string>> = {};
  let hasDefinition = false;
  for (const definition of definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) continue;
    hasDefinition ||= definition.kind === Kind.SCHEMA_DEFINITION;
    for (const { operation, type } of definition.operationTypes ?? []) named[operation] = type.name.value;
  }
  if (hasDefinition) return named;
  const objectTypes = objectTypeNamesIn(definitions);
  for (const operation of operations) {
    const name = defaultNames[operation];
    if (objectTypes.has(name)) named[operation] ??= name;
  }
  return named;
}

/**
 * Names of the graph's root types: the default ones; where a source has an ordinary type of such a name, the type keeps
 * the name, and the root type's name ends with `Root`.
 */
export function graphRootTypeNames(documents: readonly DocumentNode[]): Readonly<Record<OperationTypeNode, string>> {
  const ordinary = new Set<string>();
  for (const document of documents) {
    const roots = new Set(Object.values(rootTypeNamesIn(document)));
    for (const definition of document.definitions) {
      if (!('name' in definition) || definition.kind === Kind.DIRECTIVE_DEFINITION || !definition.name) continue;
      if (!roots.has(definition.name.value)) ordinary.add(definition.name.value);
    }
  }
  const free = (name: string): string => (ordinary.has(name) ? free(`${name}Root`) : name);
  return { query: free('Query'), mutation: free('Mutation'), subscription: free('Subscription') };
}

export interface RenamedRoots {
  document: DocumentNode;
  /** The source's name of each root type that is renamed in the graph, by the graph's name. */
  ownNames: ReadonlyMap<string, string>;
}

/** Renames a document's root types to the graph's, and adds a schema definition that names them. */
export function renameRootTypes(
  document: DocumentNode,
  graphNames: Readonly<Record<OperationTypeNode, string>>,
): RenamedRoots {
  const own = rootTypeNamesIn(document);
  const renamed = new Map<string, string>();
  for (const operation of operations) {
    const name = own[operation];
    if (name !== undefined && name !== graphNames[operation]) renamed.set(name, graphNames[operation]);
  }
  if (renamed.size === 0) return { document, ownNames: new Map() };
  const rename = <Node extends { readonly name: { readonly value: string } }>(node: Node): Node | undefined => {
    const name = renamed.get(node.name.value);
    return name === undefined ? undefined : { ...node, name: { ...node.name, value: name } };
  };
  const called = visit(document, {
    [Kind.NAMED_TYPE]: rename,
    [Kind.OBJECT_TYPE_DEFINITION]: { leave: rename },
    [Kind.OBJECT_TYPE_EXTENSION]: { leave: rename },
  });
  return {
    document: withSchemaDefinition(
      called,
      operations.filter((operation) => own[operation] !== undefined),
      graphNames,
    ),
    ownNames: new Map([...renamed].map(([name, inGraph]) => [inGraph, name])),
  };
}

/** Names of a schema's root types. */
export function rootTypeNamesOf(schema: GraphQLSchema): Set<string> {
  return new Set(operations.flatMap((operation) => schema.getRootType(operation)?.name ?? []));
}

/** Root types without default names need a schema definition. */
function withSchemaDefinition(
  document: DocumentNode,
  served: readonly OperationTypeNode[],
  names: Readonly<Record<OperationTypeNode, string>>,
): DocumentNode {
  if (document.definitions.some(({ kind }) => kind === Kind.SCHEMA_DEFINITION)) return document;
  return {
    ...document,
    definitions: [
      {
        kind: Kind.SCHEMA_DEFINITION,
        operationTypes: served.map((operation) => ({
          kind: Kind.OPERATION_TYPE_DEFINITION,
          operation,
          type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: names[operation] } },
        })),
      },
      ...document.definitions.flatMap((definition) => {
        if (definition.kind !== Kind.SCHEMA_EXTENSION) return definition;
        return definition.directives?.length ? { ...definition, operationTypes: [] } : [];
      }),
    ],
  };
}

function objectTypeNamesIn(definitions: DocumentNode['definitions']): Set<string> {
  return new Set(
    definitions.flatMap((definition) =>
      definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.OBJECT_TYPE_EXTENSION
        ? definition.name.value
        : [],
    ),
  );
}
