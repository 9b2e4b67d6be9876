// Join directives of a supergraph (https://specs.apollo.dev/join/v0.5): what each subgraph has of a type and a field.
import { type DocumentNode, Kind } from 'graphql';
import { declaredDirectives, directiveArguments } from '../declared-directives.ts';

/** A node of the supergraph's SDL that may have join directives. */
type Node = object;

/** A subgraph's part of a type. */
export interface TypeJoin {
  graph: string;
  /** The field set of a key; null where this join declares none. */
  key: string | null;
  resolvable: boolean;
  isInterfaceObject: boolean;
}

/** A subgraph's part of a field. */
export interface FieldJoin {
  graph: string;
  /** Where the field's type differs from the supergraph's. */
  type: string | null;
  requires: string | null;
  provides: string | null;
  external: boolean;
  /** Resolved by another subgraph, which overrides this one. */
  overridden: boolean;
  /** The arguments that it takes from enclosing objects (`@fromContext`), as they are written. */
  contextArguments: unknown;
  /** Of a progressive override: its label, and whether this subgraph is the one that serves where the label holds. */
  label: { name: string; serves: boolean } | null;
}

export const typeJoins = once((node: Node): readonly TypeJoin[] => {
  return joinsOf(node, 'join__type').flatMap(({ graph, key, resolvable, isInterfaceObject }) =>
    typeof graph === 'string'
      ? [{ graph, key: textOf(key), resolvable: resolvable !== false, isInterfaceObject: isInterfaceObject === true }]
      : [],
  );
});

/**
 * The joins of a field; undefined where it has none, which means all subgraphs of its type. A join without a subgraph
 * stands on fields that come from an interface object: none of the type's subgraphs has them.
 */
export const fieldJoins = once((node: Node): readonly FieldJoin[] | undefined => {
  const joins = joinsOf(node, 'join__field');
  if (joins.length === 0) return undefined;
  return joins.flatMap(
    ({ graph, type, requires, provides, external, usedOverridden, override, overrideLabel, contextArguments }) =>
      typeof graph === 'string'
        ? [
            {
              graph,
              type: textOf(type),
              requires: textOf(requires),
              provides: textOf(provides),
              external: external === true,
              overridden: usedOverridden === true,
              contextArguments,
              label:
                typeof overrideLabel === 'string' ? { name: overrideLabel, serves: textOf(override) !== null } : null,
            },
          ]
        : [],
  );
});

/** By the names of subgraphs: their values in `join__Graph`. */
export function graphNames(supergraph: DocumentNode): Map<string, string> {
  const values = supergraph.definitions.flatMap((node) =>
    node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value === 'join__Graph' ? (node.values ?? []) : [],
  );
  return new Map(
    values.flatMap((value) => joinsOf(value, 'join__graph').map(({ name }) => [String(name), value.name.value])),
  );
}

/**
 * The owner of an entity in a Federation 1 supergraph (join v0.1): it serves the fields without a join of their own.
 */
export function ownerOf(node: Node): string | null {
  return textOf(joinsOf(node, 'join__owner')[0]?.graph);
}

/** Interfaces that a type implements in a subgraph; undefined where the supergraph does not list them. */
export function implementedIn(node: Node, graph: string): Set<string> | undefined {
  return namesIn(joinsOf(node, 'join__implements'), 'interface', graph);
}

/** Members of a union in a subgraph; undefined where the supergraph does not list them. */
export function membersIn(node: Node, graph: string): Set<string> | undefined {
  return namesIn(joinsOf(node, 'join__unionMember'), 'member', graph);
}

/** Whether a subgraph has an enum value. */
export function hasValue(node: Node, graph: string): boolean {
  const joins = joinsOf(node, 'join__enumValue');
  return joins.length === 0 || joins.some((join) => join.graph === graph);
}

function namesIn(joins: readonly Record<string, unknown>[], argument: string, graph: string): Set<string> | undefined {
  if (joins.length === 0) return undefined;
  return new Set(joins.flatMap((join) => (join.graph === graph ? (textOf(join[argument]) ?? []) : [])));
}

/** The arguments of each directive of this name. */
function joinsOf(node: Node, name: string): Record<string, unknown>[] {
  return declaredDirectives({ astNode: node }, name).map(directiveArguments);
}

/** Reads each node once: every subgraph reads all of the supergraph. */
function once<Joins>(read: (node: Node) => Joins): (node: Node) => Joins {
  const known = new WeakMap<Node, Joins>();
  return (node) => {
    const joins = known.get(node);
    if (joins !== undefined || known.has(node)) return joins as Joins;
    const first = read(node);
    known.set(node, first);
    return first;
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
