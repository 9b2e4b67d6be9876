// External fields of interface objects (`@interfaceObject`). Composition writes no join for them, and a field of an interface
// without joins belongs to every subgraph of the type: it would be selected where it is only an input of `@requires`.
import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
  parseConstValue,
} from 'graphql';
import { directiveArguments } from '../declared-directives.ts';
import { fieldJoins, graphNames } from './joins.ts';

export interface NamedDocument {
  name: string;
  typeDefs: DocumentNode;
}

/** The supergraph with a join for each subgraph of these fields. */
export function joinExternalFields(supergraph: DocumentNode, subgraphs: readonly NamedDocument[]): DocumentNode {
  /** By `Type.field`: the subgraphs in which it is external. */
  const external = new Map<string, Set<string>>();
  for (const { name, typeDefs } of subgraphs) {
    for (const coordinate of externalFieldsIn(typeDefs)) {
      external.set(coordinate, (external.get(coordinate) ?? new Set()).add(name));
    }
  }
  if (external.size === 0) return supergraph;
  const graphs = graphNames(supergraph);
  const joined = (node: InterfaceTypeDefinitionNode): InterfaceTypeDefinitionNode => ({
    ...node,
    fields: (node.fields ?? []).map((field) => {
      const outside = external.get(`${node.name.value}.${field.name.value}`);
      if (!outside) return field;
      const known = fieldJoins(field);
      const having = subgraphs.filter(({ typeDefs }) => hasField(typeDefs, node.name.value, field.name.value));
      const added = having.flatMap(({ name }): ConstDirectiveNode[] => {
        const graph = graphs.get(name);
        if (graph === undefined || known?.some((join) => join.graph === graph)) return [];
        const isExternal = outside.has(name);
        return isExternal || !known ? [fieldJoin(graph, isExternal)] : [];
      });
      return { ...field, directives: [...(field.directives ?? []), ...added] };
    }),
  });
  const definitions = supergraph.definitions.map((node) =>
    node.kind === Kind.INTERFACE_TYPE_DEFINITION ? joined(node) : node,
  );
  return { ...supergraph, definitions };
}

function fieldJoin(graph: string, external: boolean): ConstDirectiveNode {
  const argument = (name: string, value: string) =>
    ({
      kind: Kind.ARGUMENT,
      name: { kind: Kind.NAME, value: name },
      value: parseConstValue(value, { noLocation: true }),
    }) as const;
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: 'join__field' },
    arguments: [argument('graph', graph), ...(external ? [argument('external', 'true')] : [])],
  };
}

type ObjectNode = ObjectTypeDefinitionNode | ObjectTypeExtensionNode;

function isObject(node: DefinitionNode): node is ObjectNode {
  return node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION;
}

function externalFieldsIn(document: DocumentNode): string[] {
  const external = namesOf(document, 'external');
  const key = namesOf(document, 'key');
  const interfaceObject = namesOf(document, 'interfaceObject');
  const objects = document.definitions.filter(isObject);
  const names = new Set(objects.filter((node) => has(node, interfaceObject)).map(({ name }) => name.value));
  return objects
    .filter(({ name }) => names.has(name.value))
    .flatMap((node) => {
      // The fields of its keys are there, whatever a subgraph of older style declares.
      const ofKeys = new Set(
        (node.directives ?? []).flatMap((directive) =>
          key.has(directive.name.value) ? String(directiveArguments(directive).fields).split(/\W+/) : [],
        ),
      );
      const fields = (node.fields ?? []).filter(
        (field) => (has(node, external) || has(field, external)) && !ofKeys.has(field.name.value),
      );
      return fields.map((field) => `${node.name.value}.${field.name.value}`);
    });
}

function hasField(document: DocumentNode, type: string, field: string): boolean {
  return document.definitions.some(
    (node) =>
      (isObject(node) || node.kind === Kind.INTERFACE_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_EXTENSION) &&
      node.name.value === type &&
      node.fields?.some(({ name }) => name.value === field),
  );
}

function has({ directives = [] }: { directives?: readonly ConstDirectiveNode[] }, names: ReadonlySet<string>): boolean {
  return directives.some(({ name }) => names.has(name.value));
}

/** The names that a directive of Federation has in a document: its own, and those that `@link` gives it. */
function namesOf(document: DocumentNode, directive: string): Set<string> {
  const names = new Set([directive, `federation__${directive}`]);
  const links = document.definitions.flatMap((node) =>
    node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION
      ? (node.directives ?? []).filter(({ name }) => name.value === 'link')
      : [],
  );
  for (const { arguments: args = [] } of links) {
    const value = (argument: string) => args.find(({ name }) => name.value === argument)?.value;
    const prefix = value('as');
    if (prefix?.kind === Kind.STRING) names.add(`${prefix.value}__${directive}`);
    const imports = value('import');
    for (const item of imports?.kind === Kind.LIST ? imports.values : []) {
      if (item.kind !== Kind.OBJECT) continue;
      const text = (field: string) => item.fields.find(({ name }) => name.value === field)?.value;
      const [name, as] = [text('name'), text('as')];
      if (name?.kind !== Kind.STRING || name.value !== `@${directive}` || as?.kind !== Kind.STRING) continue;
      names.add(as.value.replace(/^@/, ''));
    }
  }
  return names;
}
