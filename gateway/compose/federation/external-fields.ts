// External fields of interface objects (`@interfaceObject`). Composition writes no join for them, and a field of an
// interface without joins belongs to every subgraph of the type: it would be selected where it is only an input of
// `@requires`.
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
  const external = namesOf('external');
  const key = namesOf('key');
  const interfaceObject = namesOf('interfaceObject');
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

/** The names of a directive of Federation: where it is imported, and where it is not. */
function namesOf(directive: string): ReadonlySet<string> {
  return new Set([directive, `federation__${directive}`]);
}
