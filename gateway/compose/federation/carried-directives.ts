// Directives of the gateway in the SDL of Federation subgraphs. Composition preserves only what `@composeDirective`
// names; a guard or a cache hint must not depend on that, so they are taken out of each subgraph's SDL before
// composition and put into the supergraph after it, each at its coordinate.
import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DirectiveDefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  print,
  type TypeNode,
} from 'graphql';
import { argumentCoordinate, memberCoordinate } from '../schema-elements.ts';

/** Directives by coordinate; equal ones once. */
export type CarriedDirectives = Map<string, ConstDirectiveNode[]>;

interface Taken {
  /** Without the directives. */
  document: DocumentNode;
  directives: CarriedDirectives;
}

/**
 * Takes directives out of a subgraph's document, with their definitions.
 * @param names of the directives.
 */
export function takeDirectives(document: DocumentNode, names: ReadonlySet<string>): Taken {
  const directives: CarriedDirectives = new Map();
  const take = <Node extends Directed>(node: Node, coordinate: string): Node => {
    const own = node.directives ?? [];
    const taken = own.filter(({ name }) => names.has(name.value));
    if (taken.length === 0) return node;
    addDirectives(directives, coordinate, taken);
    return { ...node, directives: own.filter(({ name }) => !names.has(name.value)) };
  };
  const definitions = document.definitions.flatMap((definition): DefinitionNode[] => {
    if (definition.kind === Kind.DIRECTIVE_DEFINITION && names.has(definition.name.value)) return [];
    if (definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION) {
      return [withoutComposed(definition, names)];
    }
    return [mapElements(definition, take)];
  });
  return { document: { ...document, definitions }, directives };
}

/** Adds directives to those of a coordinate, but for those that are there already. */
export function addDirectives(
  carried: CarriedDirectives,
  coordinate: string,
  directives: readonly ConstDirectiveNode[],
): void {
  const known = carried.get(coordinate) ?? [];
  const texts = new Set(known.map(print));
  carried.set(coordinate, [...known, ...directives.filter((directive) => !texts.has(print(directive)))]);
}

/**
 * The supergraph with the carried directives and their definitions, and the coordinates that it lacks. A directive that
 * two subgraphs give different arguments stands there twice, and is defined as repeatable.
 * @param definitions of the directives, by name.
 * @param types of the definitions' arguments.
 */
export function putDirectives(
  supergraph: DocumentNode,
  carried: CarriedDirectives,
  definitions: ReadonlyMap<string, DirectiveDefinitionNode>,
  types: readonly DefinitionNode[],
): { document: DocumentNode; lost: [coordinate: string, directive: string][] } {
  const left = new Map(carried);
  const put = <Node extends Directed>(node: Node, coordinate: string): Node => {
    const added = left.get(coordinate);
    if (!added) return node;
    left.delete(coordinate);
    const own = node.directives ?? [];
    const texts = new Set(own.map(print));
    const directives = [...own, ...added.filter((directive) => !texts.has(print(directive)))];
    for (const name of repeatedNames(directives)) repeated.add(name);
    return { ...node, directives };
  };
  const repeated = new Set<string>();
  const withRepeats = (node: DefinitionNode): DefinitionNode =>
    node.kind === Kind.DIRECTIVE_DEFINITION && repeated.has(node.name.value) ? { ...node, repeatable: true } : node;
  const placed = supergraph.definitions.map((definition) => mapElements(definition, put)).map(withRepeats);
  const used = new Set([...carried.values()].flat().map(({ name }) => name.value));
  const defined = new Set(placed.map(nameOf));
  const added = [...used].flatMap((name): DirectiveDefinitionNode[] => {
    const definition = definitions.get(name);
    if (!definition || defined.has(nameOf(definition))) return [];
    return [withRepeats(definition) as DirectiveDefinitionNode];
  });
  const needed = new Set(added.flatMap(({ arguments: args = [] }) => args.map(({ type }) => typeNameOf(type))));
  const addedTypes = types.filter((node) => needed.has(nameOf(node)) && !defined.has(nameOf(node)));
  const lost = [...left].flatMap(([coordinate, directives]) =>
    directives.map(({ name }): [string, string] => [coordinate, name.value]),
  );
  return { document: { ...supergraph, definitions: [...placed, ...added, ...addedTypes] }, lost };
}

/** `@name` for a directive: types may have the same names. */
function nameOf(node: DefinitionNode): string {
  const name = 'name' in node ? (node.name?.value ?? '') : '';
  return node.kind === Kind.DIRECTIVE_DEFINITION ? `@${name}` : name;
}

function typeNameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : typeNameOf(type.type);
}

interface Directed {
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}

function repeatedNames(directives: readonly ConstDirectiveNode[]): string[] {
  const names = directives.map(({ name }) => name.value);
  return names.filter((name, index) => names.indexOf(name) !== index);
}

type MapElement = <Node extends Directed>(node: Node, coordinate: string) => Node;

/** Maps the type of a definition or extension, its members and their arguments. */
function mapElements(definition: DefinitionNode, map: MapElement): DefinitionNode {
  if (definition.kind === Kind.DIRECTIVE_DEFINITION || !('name' in definition) || !definition.name) return definition;
  const type = definition.name.value;
  const members: { fields?: unknown; values?: unknown } = {};
  if ('fields' in definition && definition.fields) {
    members.fields = definition.fields.map((field: FieldDefinitionNode | InputValueDefinitionNode) => {
      const name = field.name.value;
      if (field.kind === Kind.INPUT_VALUE_DEFINITION || !field.arguments)
        return map(field, memberCoordinate(type, name));
      const args = field.arguments.map((node) => map(node, argumentCoordinate(type, name, node.name.value)));
      return map({ ...field, arguments: args }, memberCoordinate(type, name));
    });
  }
  if ('values' in definition && definition.values) {
    members.values = definition.values.map((value) => map(value, memberCoordinate(type, value.name.value)));
  }
  return map({ ...definition, ...members } as DefinitionNode & Directed, type) as DefinitionNode;
}

/** A schema definition without `@composeDirective` of the directives that were taken. */
function withoutComposed<Node extends Directed>(node: Node, names: ReadonlySet<string>): Node {
  const directives = (node.directives ?? []).filter(
    ({ name, arguments: args = [] }) =>
      !/(^|__)composeDirective$/.test(name.value) ||
      !args.some(({ value }) => value.kind === Kind.STRING && names.has(value.value.replace(/^@/, ''))),
  );
  return { ...node, directives };
}
