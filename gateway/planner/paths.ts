// Query graph paths: from an object that one subgraph has returned to a field, with the subgraph to fetch from, the
// key and the number of rounds. They depend only on the graph, so each is computed once per composition.
import { type FieldNode, getNamedType, isAbstractType, type SelectionSetNode } from 'graphql';
import type { ContextArgument } from '../compose/federation/contexts.ts';
import type { EntityResolver } from './entity-resolver.ts';
import type { FieldSource } from './field-source.ts';
import { fieldsFor, hasFragments, membersIn } from './key-selections.ts';
import type { GraphModel } from './model.ts';
import { isProvided, providedBelow } from './provided.ts';

/** One step to another subgraph. */
export interface FieldPath {
  subgraph: string;
  entityResolver: EntityResolver;
  /** The fields that the field requires besides the key. */
  required: SelectionSetNode | undefined;
  /** The arguments that it takes from enclosing objects. */
  contextual: readonly ContextArgument[] | undefined;
  /** Rounds from the object's own response: 1 when its key is already there. */
  rounds: number;
}

export class PathFinder {
  readonly #model: GraphModel;
  readonly #known = new Map<string, FieldPath[]>();
  readonly #knownBelow = new WeakMap<SelectionSetNode, Map<string, FieldPath[]>>();

  constructor(model: GraphModel) {
    this.#model = model;
  }

  /** True when the object's own response can contain the field. */
  isHere(source: FieldSource, fieldName: string): boolean {
    const { subgraph, typeName } = source;
    if (fieldName === '__typename') return true;
    if (!this.#model.fieldIn(subgraph, typeName, fieldName)) return false;
    if (this.#model.requiredFor(subgraph, typeName, fieldName)) return false;
    if (this.#model.contextArguments(subgraph, typeName, fieldName)) return false;
    return !this.#model.isExternal(subgraph, typeName, fieldName) || isProvided(this.#model, source, fieldName);
  }

  /**
   * The paths to a field that is not here, all with the fewest rounds; none if it cannot be reached.
   * @param allowed the subgraphs from which the field can be fetched; all of them by default.
   */
  to(source: FieldSource, fieldName: string, allowed?: ReadonlySet<string>): FieldPath[] {
    const known = source.provided ? this.#below(source.provided) : this.#known;
    const key = `${source.subgraph} ${source.typeName}.${fieldName} ${allowed ? [...allowed].join() : '*'}`;
    let paths = known.get(key);
    if (!paths) {
      paths = this.#find(source, fieldName, new Set(), allowed);
      known.set(key, paths);
    }
    return paths;
  }

  /** The path back to an object's own subgraph, which serves the field; undefined where it cannot fetch the object. */
  back(source: FieldSource, fieldName: string): FieldPath | undefined {
    const { subgraph, typeName } = source;
    const entityResolvers = this.#model.resolversFor(subgraph, typeName, fieldName);
    if (typeof entityResolvers === 'string') return undefined;
    return entityResolvers
      .map((entityResolver): FieldPath => {
        const rounds = 1 + this.rounds(source, entityResolver.key);
        return { subgraph, entityResolver, required: undefined, contextual: undefined, rounds };
      })
      .filter(({ rounds }) => Number.isFinite(rounds))
      .sort((one, other) => one.rounds - other.rounds)[0];
  }

  /**
   * The paths that are known for objects at which these fields are provided: there are as many as there are such
   * directives.
   */
  #below(provided: SelectionSetNode): Map<string, FieldPath[]> {
    const known = this.#knownBelow.get(provided) ?? new Map<string, FieldPath[]>();
    this.#knownBelow.set(provided, known);
    return known;
  }

  /** Whether all these fields of objects of several types can be selected on their common type. */
  hasAllOf(source: FieldSource, fields: SelectionSetNode): boolean {
    return (
      !hasFragments(fields) &&
      fieldsFor(this.#model, source.subgraph, source.typeName, fields).every(({ name }) =>
        this.isHere(source, name.value),
      )
    );
  }

  /** Rounds until all these fields of the object are known; Infinity if they never are. */
  rounds(source: FieldSource, fields: SelectionSetNode): number {
    return this.#roundsTo(source, fields, new Set());
  }

  #find(
    source: FieldSource,
    fieldName: string,
    visited: ReadonlySet<string>,
    allowed?: ReadonlySet<string>,
  ): FieldPath[] {
    const { typeName } = source;
    const found: FieldPath[] = [];
    for (const subgraph of this.#model.serving(typeName, fieldName)) {
      const required = this.#model.requiredFor(subgraph, typeName, fieldName);
      const contextual = this.#model.contextArguments(subgraph, typeName, fieldName);
      const isComputed = required !== undefined || contextual !== undefined;
      // The fields that a computed field requires may come, through other subgraphs, from its own subgraph.
      const step = `${subgraph} ${typeName}${isComputed ? `.${fieldName}` : ''}`;
      if ((allowed && !allowed.has(subgraph)) || visited.has(step) || (subgraph === source.subgraph && !isComputed))
        continue;
      const entityResolvers = this.#model.resolversFor(subgraph, typeName, fieldName);
      if (typeof entityResolvers === 'string') continue;
      const further = new Set(visited).add(step);
      const first = required ? this.#roundsTo(source, required, further) : 0;
      for (const entityResolver of entityResolvers) {
        if (entityResolver.isWithoutKey && !required) continue;
        const rounds = 1 + Math.max(first, this.#roundsTo(source, entityResolver.key, further));
        if (Number.isFinite(rounds)) found.push({ subgraph, entityResolver, required, contextual, rounds });
      }
    }
    const fewest = Math.min(...found.map((fieldPath) => fieldPath.rounds));
    const shortest = found.filter((fieldPath) => fieldPath.rounds === fewest);
    // One path into each subgraph is enough; the configuration's first entry point wins.
    return shortest.filter(
      (fieldPath, index) => shortest.findIndex((other) => other.subgraph === fieldPath.subgraph) === index,
    );
  }

  #roundsTo(source: FieldSource, fields: SelectionSetNode, visited: ReadonlySet<string>): number {
    const model = this.#model;
    const { subgraph, typeName } = source;
    // Of objects of several types, those of each type have paths of their own to what is not here.
    const isAbstract = isAbstractType(model.typeIn(subgraph, typeName));
    const types = isAbstract && !this.hasAllOf(source, fields) ? membersIn(model, subgraph, typeName) : [typeName];
    let rounds = 0;
    for (const type of types) {
      for (const field of fieldsFor(model, subgraph, type, fields)) {
        rounds = Math.max(rounds, this.#roundsToField({ ...source, typeName: type }, field, visited));
      }
    }
    return rounds;
  }

  #roundsToField(source: FieldSource, node: FieldNode, visited: ReadonlySet<string>): number {
    const name = node.name.value;
    const here = this.isHere(source, name);
    const fieldPath = here ? undefined : this.#find(source, name, visited)[0];
    if (!here && !fieldPath) return Number.POSITIVE_INFINITY;
    const before = fieldPath?.rounds ?? 0;
    if (!node.selectionSet) return before;
    const there = fieldPath ? { ...source, subgraph: fieldPath.subgraph, provided: undefined } : source;
    const field = this.#model.fieldIn(there.subgraph, there.typeName, name);
    if (!field) return Number.POSITIVE_INFINITY;
    const below = {
      subgraph: there.subgraph,
      typeName: getNamedType(field.type).name,
      provided: providedBelow(this.#model, there, name),
    };
    return before + this.#roundsTo(below, node.selectionSet, visited);
  }
}
