// Unplannable fields of a graph: those that cannot be fetched from every place at which a client may select them.
// Detected when the graph is composed, by following its fields from subgraph to subgraph; an operation is then
// planned for each field that looks unreachable.
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  print,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { noDeniedFields } from '../query-plan/denied-fields.ts';
import type { FieldSource } from './field-source.ts';
import type { GraphModel } from './model.ts';
import { type FieldPath, PathFinder } from './paths.ts';
import { Planner } from './planner.ts';
import { providedBelow } from './provided.ts';
import { UnsupportedOperation } from './unsupported-operation.ts';

export interface UnplannableField {
  /** `Type.field` */
  coordinate: string;
  /** The reason, with the names of subgraphs. */
  reason: string;
  /** An operation that cannot be planned. */
  example: string;
  type: string;
  /** The subgraph that returns the object. */
  from: string;
  /** The subgraphs that serve the field. */
  servers: readonly string[];
}

export interface Unplannable {
  /** Each coordinate once. */
  fields: UnplannableField[];
  /** False where the graph, or the number of its unplannable fields, exceeds what is checked. */
  isWhole: boolean;
}

/**
 * Fields of objects of one type from one subgraph (about 2 µs each), and operations that are planned (about 1 ms
 * each).
 */
const MAX_FIELDS = 500_000;
const MAX_OPERATIONS = 500;
/** Selection paths to one place: of several, one may be plannable and another not. */
const MAX_SELECTION_PATHS = 4;

/**
 * A selection path to a place: the kind of operation, then fields, with the type below those that may return several
 * types.
 */
interface SelectionPath {
  operation: OperationTypeNode;
  steps: { field: string; type: string | null }[];
  /**
   * Whether another subgraph could serve one of its fields: the planner selects the one that serves the selection
   * below.
   */
  hasChoice: boolean;
  /** The contexts that objects on the path set for those below them. */
  contexts: ReadonlySet<string>;
}

/** Objects of one type that one subgraph returns. */
interface Place {
  source: FieldSource;
  type: GraphQLObjectType;
  /** Some of the selection paths to it; those on which the planner has no choice come first. */
  selectionPaths: SelectionPath[];
}

export function findUnplannable(model: GraphModel): Unplannable {
  return new Survey(model).run();
}

class Survey {
  readonly #model: GraphModel;
  readonly #paths: PathFinder;
  readonly #planner: Planner;
  readonly #places = new Map<string, Place>();
  readonly #checkedPaths = new Set<string>();
  readonly #found = new Map<string, UnplannableField>();
  #fieldsLeft = MAX_FIELDS;
  #operationsLeft = MAX_OPERATIONS;

  constructor(model: GraphModel) {
    this.#model = model;
    this.#paths = new PathFinder(model);
    this.#planner = new Planner(model);
  }

  run(): Unplannable {
    for (const operation of Object.values(OperationTypeNode)) {
      const root = this.#model.schema.getRootType(operation);
      for (const field of Object.keys(root?.getFields() ?? {})) {
        for (const subgraph of this.#model.serving(root?.name ?? '', field)) {
          const source = { subgraph, typeName: root?.name ?? '', provided: undefined };
          this.#addBelow(source, field, { operation, steps: [], hasChoice: false, contexts: new Set() });
        }
      }
    }
    // The map grows while it is walked.
    for (const place of this.#places.values()) this.#follow(place);
    for (const place of this.#places.values()) this.#check(place);
    return { fields: [...this.#found.values()], isWhole: this.#fieldsLeft > 0 && this.#operationsLeft > 0 };
  }

  #follow({ source, type, selectionPaths: [selectionPath] }: Place): void {
    if (!selectionPath) return;
    for (const field of Object.keys(type.getFields())) {
      this.#fieldsLeft -= 1;
      if (this.#fieldsLeft <= 0) return;
      if (this.#paths.isHere(source, field)) {
        this.#addBelow(source, field, selectionPath);
        continue;
      }
      for (const { subgraph } of this.#paths.to(source, field)) {
        this.#addBelow({ ...source, subgraph, provided: undefined }, field, selectionPath);
      }
    }
  }

  #check({ source, type, selectionPaths }: Place): void {
    for (const field of Object.keys(type.getFields())) {
      if (this.#paths.isHere(source, field)) continue;
      const paths = this.#paths.to(source, field);
      const isDoubtful = paths.some(
        (fieldPath) =>
          this.#isDoubtful(source, fieldPath) ||
          fieldPath.contextual?.some(({ context }) => !selectionPaths[0]?.contexts.has(context)),
      );
      if (paths.length === 0 || isDoubtful)
        for (const selectionPath of selectionPaths) this.#plan(source, type, field, selectionPath);
    }
  }

  /** Keys with selections are made from places of their own: each such path is planned once. */
  #isDoubtful({ subgraph, typeName }: FieldSource, { subgraph: to, entityResolver, required }: FieldPath): boolean {
    if (!isNested(entityResolver.key) && !isNested(required)) return false;
    const fieldPath = `${subgraph} ${typeName} ${to} ${print(entityResolver.key)} ${required ? print(required) : ''}`;
    if (this.#checkedPaths.has(fieldPath)) return false;
    this.#checkedPaths.add(fieldPath);
    return true;
  }

  #addBelow(parent: FieldSource, field: string, selectionPath: SelectionPath): void {
    const { subgraph, typeName } = parent;
    const upstream = this.#model.fieldIn(subgraph, typeName, field);
    const named = upstream && getNamedType(upstream.type);
    if (!isCompositeType(named)) return;
    const provided = providedBelow(this.#model, parent, field);
    const schema = this.#model.subgraphs.get(subgraph)?.schema;
    const members = isAbstractType(named) ? (schema?.getPossibleTypes(named) ?? []) : [named];
    const contexts = this.#contextsBelow(typeName, selectionPath.contexts);
    const hasChoice = selectionPath.hasChoice || this.#model.serving(typeName, field).length > 1;
    for (const { name } of members) {
      const type = this.#model.schema.getType(name);
      if (!isObjectType(type)) continue;
      const steps = [...selectionPath.steps, { field, type: isAbstractType(named) ? name : null }];
      const below: SelectionPath = { operation: selectionPath.operation, steps, hasChoice, contexts };
      const key = `${subgraph} ${name} ${provided ? print(provided) : ''} ${[...contexts].sort().join()}`;
      const place = this.#places.get(key);
      if (!place)
        this.#places.set(key, { source: { subgraph, typeName: name, provided }, type, selectionPaths: [below] });
      else if (!hasChoice && place.selectionPaths[0]?.hasChoice) place.selectionPaths.unshift(below);
      else if (place.selectionPaths.length < MAX_SELECTION_PATHS) place.selectionPaths.push(below);
    }
  }

  /** The contexts for the objects that a type's fields return. */
  #contextsBelow(typeName: string, above: ReadonlySet<string>): ReadonlySet<string> {
    const types = this.#model.contexts?.types;
    const isRoot = Object.values(OperationTypeNode).some(
      (operation) => this.#model.schema.getRootType(operation)?.name === typeName,
    );
    if (!types || isRoot) return above;
    return new Set([...above, ...[...types].flatMap(([context, setting]) => (setting.has(typeName) ? context : []))]);
  }

  /** Plans an operation that selects the field at the end of the path. */
  #plan({ subgraph: from }: FieldSource, type: GraphQLObjectType, field: string, selectionPath: SelectionPath): void {
    const coordinate = `${type.name}.${field}`;
    if (this.#found.has(coordinate) || this.#operationsLeft <= 0) return;
    this.#operationsLeft -= 1;
    const isLeaf = !isCompositeType(getNamedType(type.getFields()[field]?.type));
    const operation = operationOf(selectionPath, fieldNode(field, isLeaf ? undefined : [fieldNode('__typename')]));
    const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [operation] };
    try {
      this.#planner.plan({ document, operation, conditions: {}, deniedFields: noDeniedFields });
    } catch (error) {
      if (!(error instanceof UnsupportedOperation)) throw error;
      const example = print(operation).replaceAll(/\s+/g, ' ');
      const servers = this.#model.serving(type.name, field).filter((name) => name !== from);
      this.#found.set(coordinate, { coordinate, reason: error.message, example, type: type.name, from, servers });
    }
  }
}

function isNested(fields: SelectionSetNode | undefined): boolean {
  return fields?.selections.some((selection) => selection.kind !== Kind.FIELD || selection.selectionSet) ?? false;
}

function operationOf({ operation, steps }: SelectionPath, last: FieldNode): OperationDefinitionNode {
  const selection = steps.reduceRight<SelectionNode>((below, { field, type }) => {
    if (type === null) return fieldNode(field, [below]);
    const typeCondition = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type } } as const;
    return fieldNode(field, [{ kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet: selectionSet([below]) }]);
  }, last);
  return { kind: Kind.OPERATION_DEFINITION, operation, selectionSet: selectionSet([selection]) };
}

function fieldNode(name: string, selections?: readonly SelectionNode[]): FieldNode {
  return {
    kind: Kind.FIELD,
    name: { kind: Kind.NAME, value: name },
    ...(selections && { selectionSet: selectionSet(selections) }),
  };
}

function selectionSet(selections: readonly SelectionNode[]): SelectionSetNode {
  return { kind: Kind.SELECTION_SET, selections };
}
