// Subgraphs of a supergraph, as plans need them: the schema of each, with its external fields and its interface
// objects, and how its entities are looked up.
import type {
  MergedFieldConfig,
  MergedTypeConfig,
  MergedTypeEntryPoint,
  SubschemaConfig,
} from '@graphql-tools/delegate';
import { parseSelectionSet } from '@graphql-tools/utils';
import {
  buildASTSchema,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  parseType,
} from 'graphql';
import { type ContextArgument, readContextArguments } from './contexts.ts';
import { fieldJoins, hasValue, implementedIn, membersIn, ownerOf, type TypeJoin, typeJoins } from './joins.ts';

export interface FederatedSubgraph {
  config: SubschemaConfig;
  /** `Type.field` of fields that it serves only where a parent provides them. */
  external: readonly string[];
  /** Interfaces that are object types here: their objects do not have their types. */
  interfaceObjects: ReadonlySet<string>;
  /** By `Type.field`: arguments that it takes from enclosing objects. */
  contextArguments: ReadonlyMap<string, readonly ContextArgument[]>;
  /** Fields of progressive overrides. */
  overrides: readonly ProgressiveOverride[];
}

/** A field that two subgraphs have, one of which serves it where a label holds (`@override(from:, label:)`). */
export interface ProgressiveOverride {
  /** `Type.field` */
  coordinate: string;
  label: string;
  /** Whether this subgraph serves it where the label holds; otherwise where it does not. */
  serves: boolean;
}

/** @param graph the subgraph's value in `join__Graph`. */
export function federatedSubgraph(document: DocumentNode, graph: string, name: string): FederatedSubgraph {
  return new SubgraphReader(document, graph).read(name);
}

type ComplexTypeNode = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

const entryPoint: Omit<MergedTypeEntryPoint, 'selectionSet'> = {
  fieldName: '_entities',
  key: (object) => object,
  argsFromKeys: (representations) => ({ representations }),
};

const roots: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Subscription']);

class SubgraphReader {
  readonly #document: DocumentNode;
  readonly #graph: string;
  readonly #merge: Record<string, MergedTypeConfig> = {};
  readonly #external: string[] = [];
  readonly #overrides: ProgressiveOverride[] = [];
  readonly #contextArguments = new Map<string, readonly ContextArgument[]>();
  readonly #interfaceObjects = new Set<string>();
  readonly #objectTypes = new Set<string>();

  constructor(document: DocumentNode, graph: string) {
    this.#document = document;
    this.#graph = graph;
  }

  read(name: string): FederatedSubgraph {
    const definitions = this.#document.definitions.flatMap((node) => this.#definition(node) ?? []);
    const entities = Object.entries(this.#merge).filter(([, { entryPoints }]) => entryPoints?.length);
    const members = entities.flatMap(([type]) => (this.#objectTypes.has(type) ? type : []));
    const lookups = `scalar _Any ${members.length > 0 ? `union _Entity = ${members.join(' | ')}` : 'union _Entity'}
      type Query { _entities(representations: [_Any!]!): [_Entity]! }`;
    const whole = withLookups(definitions, parse(lookups, { noLocation: true }).definitions);
    const schema = buildASTSchema(
      { kind: Kind.DOCUMENT, definitions: whole },
      { assumeValid: true, assumeValidSDL: true },
    );
    return {
      config: { name, schema, merge: this.#merge },
      external: this.#external,
      interfaceObjects: this.#interfaceObjects,
      overrides: this.#overrides,
      contextArguments: this.#contextArguments,
    };
  }

  /** The definition as the subgraph has it; null where it has none. */
  #definition(node: DefinitionNode): DefinitionNode | null {
    if (!('name' in node) || !node.name || isMachinery(node.name.value)) return null;
    if (node.kind === Kind.DIRECTIVE_DEFINITION) return node;
    const joins = typeJoins(node);
    const own = joins.filter(({ graph }) => graph === this.#graph);
    // A type that names no subgraphs is a value type of a Federation 1 supergraph: each subgraph may have it.
    if (joins.length > 0 && own.length === 0) return null;
    switch (node.kind) {
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_DEFINITION:
        return this.#complexType(node, own);
      case Kind.UNION_TYPE_DEFINITION: {
        const members = membersIn(node, this.#graph);
        const types = node.types?.filter(({ name }) => members?.has(name.value) ?? this.#hasType(name.value));
        return { ...node, directives: [], types: types ?? [] };
      }
      case Kind.ENUM_TYPE_DEFINITION:
        return {
          ...node,
          directives: [],
          values: node.values?.filter((value) => hasValue(value, this.#graph)) ?? [],
        };
      case Kind.INPUT_OBJECT_TYPE_DEFINITION:
        return {
          ...node,
          fields:
            node.fields?.filter((field) => {
              const parts = fieldJoins(field);
              return !parts || parts.some(({ graph }) => graph === this.#graph);
            }) ?? [],
        };
      case Kind.SCALAR_TYPE_DEFINITION:
        return node;
      default:
        return null;
    }
  }

  #complexType(node: ComplexTypeNode, joins: readonly TypeJoin[]): DefinitionNode | null {
    const name = node.name.value;
    const owner = ownerOf(node);
    const fields = (node.fields ?? []).flatMap((field) => this.#field(name, field, owner, joins) ?? []);
    if (fields.length === 0 && roots.has(name)) return null;
    const keys = joins.flatMap(({ key, resolvable }) => (key !== null && resolvable ? key : []));
    if (keys.length > 0) {
      const entryPoints = keys.map((key) => ({ ...entryPoint, selectionSet: `{ ${key} }` }));
      this.#merge[name] = { ...this.#merge[name], entryPoints };
    }
    const isInterfaceObject = joins.some((join) => join.isInterfaceObject);
    const implemented = implementedIn(node, this.#graph);
    const interfaces = node.interfaces?.filter(
      (type) => implemented?.has(type.name.value) ?? this.#hasType(type.name.value),
    );
    if (isInterfaceObject) this.#interfaceObjects.add(name);
    const kind = isInterfaceObject ? Kind.OBJECT_TYPE_DEFINITION : node.kind;
    if (kind === Kind.OBJECT_TYPE_DEFINITION) this.#objectTypes.add(name);
    return { ...node, kind, directives: [], interfaces: isInterfaceObject ? [] : (interfaces ?? []), fields };
  }

  #field(
    type: string,
    field: FieldDefinitionNode,
    owner: string | null,
    joins: readonly TypeJoin[],
  ): FieldDefinitionNode | null {
    const parts = fieldJoins(field);
    const own = parts?.find(({ graph }) => graph === this.#graph);
    if (!own && parts && owner === null) return null;
    const node = { ...field, directives: [] };
    if (!own) {
      if (owner === null) return node;
      // In Federation 1, an entity's fields are its owner's, and other subgraphs have those of their keys.
      if (!parts && owner === this.#graph) return node;
      return joins.some(({ key }) => key?.split(/\W+/).includes(field.name.value)) ? node : null;
    }
    const coordinate = `${type}.${field.name.value}`;
    if (own.external || (own.overridden && !own.label)) this.#external.push(coordinate);
    const contextArguments = readContextArguments(own.contextArguments, coordinate);
    if (contextArguments.length > 0) this.#contextArguments.set(coordinate, contextArguments);
    if (own.label) this.#overrides.push({ coordinate, label: own.label.name, serves: own.label.serves });
    if (own.requires !== null)
      this.#configure(type, field.name.value, { selectionSet: `{ ${own.requires} }`, computed: true });
    if (own.provides !== null)
      this.#configure(type, field.name.value, {
        provides: parseSelectionSet(`{ ${own.provides} }`, { noLocation: true }),
      });
    return own.type === null ? node : { ...node, type: parseType(own.type, { noLocation: true }) };
  }

  #configure(type: string, field: string, config: MergedFieldConfig): void {
    const merge = this.#merge[type] ?? {};
    const fields = merge.fields ?? {};
    this.#merge[type] = { ...merge, fields: { ...fields, [field]: { ...fields[field], ...config } } };
  }

  #hasType(name: string): boolean {
    return this.#document.definitions.some((node) => {
      if (!('name' in node) || node.name?.value !== name) return false;
      const joins = typeJoins(node);
      return joins.length === 0 || joins.some(({ graph }) => graph === this.#graph);
    });
  }
}

/** Adds the lookup of entities to the definitions, and to their query root. */
function withLookups(definitions: readonly DefinitionNode[], lookups: readonly DefinitionNode[]): DefinitionNode[] {
  const isQuery = (node: DefinitionNode): node is ObjectTypeDefinitionNode =>
    node.kind === Kind.OBJECT_TYPE_DEFINITION && node.name.value === 'Query';
  const [own] = definitions.filter(isQuery);
  const [added] = lookups.filter(isQuery);
  const query: ObjectTypeDefinitionNode | undefined =
    own && added ? { ...own, fields: [...(own.fields ?? []), ...(added.fields ?? [])] } : (own ?? added);
  const rest = [...definitions, ...lookups].filter((node) => !isQuery(node));
  return query ? [...rest, query] : rest;
}

/** Names of the specifications that join subgraphs, which no subgraph has. */
function isMachinery(name: string): boolean {
  return /^(join|link|core)(__|$)/.test(name);
}
