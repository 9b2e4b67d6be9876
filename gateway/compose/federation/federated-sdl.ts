// SDL of Apollo Federation subgraphs (https://www.apollographql.com/docs/graphos/schema-design/federated-schemas):
// how it is recognized, and the schema that it describes.
import {
  buildASTSchema,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  parse,
  type TypeExtensionNode,
} from 'graphql';
import { composing, linksFederation, readLink } from './federation-names.ts';

/**
 * Directives of Federation 1, which needs no `@link`, with the argument that distinguishes them from others of their
 * name.
 */
const federationOne: Readonly<Record<string, string | null>> = {
  key: 'fields',
  requires: 'fields',
  provides: 'fields',
  external: null,
  extends: null,
};

/**
 * Whether a document is a Federation subgraph's: it links Federation 2, or uses the directives of Federation 1. One
 * that defines `@link` itself, and uses no directive that composes subgraphs, links Federation for the names of guards
 * alone.
 */
export function isFederated(document: DocumentNode): boolean {
  const defined = new Set(
    document.definitions.flatMap((node) => (node.kind === Kind.DIRECTIVE_DEFINITION ? node.name.value : [])),
  );
  return document.definitions.some((definition) => {
    if (definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION) {
      return (definition.directives ?? []).some(
        (directive) =>
          linksFederation(directive) && (!defined.has(directive.name.value) || usesComposition(document, directive)),
      );
    }
    return hasDirective(definition, ({ name, arguments: args = [] }) => {
      const argument = Object.hasOwn(federationOne, name.value) ? federationOne[name.value] : undefined;
      if (argument === undefined) return false;
      return argument === null ? !defined.has(name.value) : args.some((given) => given.name.value === argument);
    });
  });
}

/** Any ignored tokens may stand between the two (GraphQL 2.1.7). */
const federatedName = new RegExp(`@(?:[\\s,\\uFEFF]|#.*)*(?:link|${Object.keys(federationOne).join('|')})\\b`);

/** `isFederated` for SDL as text; false for SDL that cannot be parsed, which is reported where it is composed. */
export function isFederatedSdl(sdl: string): boolean {
  return federatedName.test(sdl) && isTrueOf(sdl, isFederated);
}

/** `isStitched` for SDL as text; false for SDL that cannot be parsed. */
export function isStitchedSdl(sdl: string): boolean {
  return isTrueOf(sdl, isStitched);
}

function isTrueOf(sdl: string, property: (document: DocumentNode) => boolean): boolean {
  try {
    return property(parse(sdl, { noLocation: true }));
  } catch (error) {
    if (error instanceof GraphQLError) return false;
    throw error;
  }
}

/** Whether a document uses the directives by which `@graphql-tools/stitch` merges types. */
function isStitched(document: DocumentNode): boolean {
  return document.definitions.some((definition) =>
    hasDirective(
      definition,
      ({ name, arguments: args = [] }) =>
        name.value === 'merge' ||
        name.value === 'computed' ||
        name.value === 'canonical' ||
        (name.value === 'key' && args.some((given) => given.name.value === 'selectionSet')),
    ),
  );
}

/**
 * The schema that a subgraph's SDL describes, without the elements that Federation adds to a running service. Types
 * that it only extends are types of it.
 * @throws Error if types are used that it does not have.
 */
export function buildFederatedSchema(document: DocumentNode): GraphQLSchema {
  return buildASTSchema(withoutOrphans(document), { assumeValidSDL: true, assumeValid: true });
}

/** The document with the first extension of each undefined type as its definition, as Federation 1 means it. */
export function withoutOrphans(document: DocumentNode): DocumentNode {
  const defined = new Set(document.definitions.flatMap((node) => (isTypeDefinition(node) ? node.name.value : [])));
  return {
    ...document,
    definitions: document.definitions.map((node) => {
      const kind = definitionKinds[node.kind];
      if (!kind) return node;
      const { name } = node as TypeExtensionNode;
      if (defined.has(name.value)) return node;
      defined.add(name.value);
      return { ...node, kind } as DefinitionNode;
    }),
  };
}

const definitionKinds: Readonly<Record<string, Kind>> = {
  [Kind.OBJECT_TYPE_EXTENSION]: Kind.OBJECT_TYPE_DEFINITION,
  [Kind.INTERFACE_TYPE_EXTENSION]: Kind.INTERFACE_TYPE_DEFINITION,
  [Kind.UNION_TYPE_EXTENSION]: Kind.UNION_TYPE_DEFINITION,
  [Kind.ENUM_TYPE_EXTENSION]: Kind.ENUM_TYPE_DEFINITION,
  [Kind.INPUT_OBJECT_TYPE_EXTENSION]: Kind.INPUT_OBJECT_TYPE_DEFINITION,
  [Kind.SCALAR_TYPE_EXTENSION]: Kind.SCALAR_TYPE_DEFINITION,
};

const typeKinds: ReadonlySet<string> = new Set(Object.values(definitionKinds));

function isTypeDefinition(node: DefinitionNode): node is DefinitionNode & { name: { value: string } } {
  return typeKinds.has(node.kind);
}

interface DirectedNode {
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}

/** Whether a type or one of its fields, where Federation's directives stand, has such a directive. */
function hasDirective(definition: DefinitionNode, matches: (directive: ConstDirectiveNode) => boolean): boolean {
  if (definition.kind === Kind.DIRECTIVE_DEFINITION) return false;
  const fields: readonly DirectedNode[] = 'fields' in definition ? (definition.fields ?? []) : [];
  return [definition as DirectedNode, ...fields].some(({ directives }) => directives?.some(matches));
}

/** The document without links of other specifications. */
export function withFederationLinks(document: DocumentNode): DocumentNode {
  const definitions = document.definitions.map((node) =>
    node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION
      ? { ...node, directives: node.directives?.filter(linksFederation) ?? [] }
      : node,
  );
  return { ...document, definitions };
}

/** Whether a document uses a directive that composes subgraphs, by the names that a link of Federation gives them. */
function usesComposition(document: DocumentNode, link: ConstDirectiveNode): boolean {
  const { imported, prefix } = readLink(link);
  const called = new Set([...composing].map((name) => `${prefix}__${name}`));
  for (const [local, name] of imported) if (composing.has(name)) called.add(local);
  const schemaUses = document.definitions.some(
    (node) =>
      (node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION) &&
      node.directives?.some(({ name }) => called.has(name.value)),
  );
  return schemaUses || document.definitions.some((node) => hasDirective(node, ({ name }) => called.has(name.value)));
}
