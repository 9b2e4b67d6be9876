// Plain form of an operation: no `@skip` or `@include`, no named fragments, no fragment without effect, each field
// once, and on abstract types one fragment for each member. Stitched execution gets this form, because it gets others wrong:
//   - `{ a @include(if: $no) a }` loses `a`;
//   - `{ list { ... { __typename } } }` fails as a whole ("must contain at least one operation");
//   - `{ entity { id: name } }` gives the id where the id is needed for an entity fetch: key fields are sent under their own names;
//   - `{ entity { constructor: name } }` is null: it looks for the key in objects that inherit one of that name;
//   - `{ entity { then: name } }` fails: it takes the object for a promise.
// So every alias is one that is no other field's name.
// The meaning of a selection is computed here by the specification (section 6.3.2), without any of the gateway's code.
import {
  type ExecutionResult,
  type FieldNode,
  type FormattedExecutionResult,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  getNamedType,
  getVariableValues,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { type Operation, operationOf, withoutUnused } from './operations.ts';
import { fragmentsOf } from './response-scope.ts';

/** Null where nothing is left: an operation that skips all its fields. */
export function plainForm(schema: GraphQLSchema, operation: Operation): Operation | null {
  const [definition] = operation.document.definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('The document does not begin with an operation.');
  const { coerced } = getVariableValues(schema, definition.variableDefinitions ?? [], operation.variables);
  const root = schema.getRootType(definition.operation);
  if (!coerced || !root) throw new Error('The operation cannot be executed.');
  const writing = new Writing(schema, fragmentsOf(operation.document), coerced);
  const selectionSet = writing.selectionSet(root, [definition.selectionSet]);
  if (selectionSet.selections.length === 0) return null;
  const plain = { kind: Kind.DOCUMENT, definitions: [{ ...definition, selectionSet }] } as const;
  return operationOf(withoutUnused(plain), operation.variables);
}

class Writing {
  readonly #schema: GraphQLSchema;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #variables: Record<string, unknown>;

  constructor(
    schema: GraphQLSchema,
    fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    variables: Record<string, unknown>,
  ) {
    this.#schema = schema;
    this.#fragments = fragments;
    this.#variables = variables;
  }

  selectionSet(parent: GraphQLCompositeType, sets: readonly SelectionSetNode[]): SelectionSetNode {
    if (isObjectType(parent)) return { kind: Kind.SELECTION_SET, selections: this.#fields(parent, sets) };
    const selections = this.#schema.getPossibleTypes(parent).flatMap((member): SelectionNode[] => {
      const fields = this.#fields(member, sets);
      const typeCondition = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: member.name } } as const;
      return fields.length === 0
        ? []
        : [
            {
              kind: Kind.INLINE_FRAGMENT,
              typeCondition,
              selectionSet: { kind: Kind.SELECTION_SET, selections: fields },
            },
          ];
    });
    return { kind: Kind.SELECTION_SET, selections };
  }

  #fields(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): FieldNode[] {
    const collected = new Map<string, FieldNode[]>();
    const visited = new Set<string>();
    for (const set of sets) this.#collect(type, set, collected, visited);
    return [...collected].map(([key, nodes]) => {
      const [{ directives: _, selectionSet, ...named }] = nodes as [FieldNode];
      const alias = { kind: Kind.NAME, value: `${keyMark}${key}` } as const;
      const field = key === named.name.value ? named : { ...named, alias };
      if (!selectionSet) return field;
      const below = getNamedType(this.#typeOf(type, field.name.value));
      if (!isCompositeType(below)) throw new Error(`Nothing is below ${type.name}.${field.name.value}.`);
      const plain = this.selectionSet(
        below,
        nodes.flatMap((node) => node.selectionSet ?? []),
      );
      return { ...field, selectionSet: plain.selections.length === 0 ? justTypename : plain };
    });
  }

  #typeOf(type: GraphQLObjectType, name: string) {
    if (name === '__schema') return this.#schema.getType('__Schema');
    if (name === '__type') return this.#schema.getType('__Type');
    return type.getFields()[name]?.type;
  }

  #collect(
    type: GraphQLObjectType,
    set: SelectionSetNode,
    collected: Map<string, FieldNode[]>,
    visited: Set<string>,
  ): void {
    for (const selection of set.selections) {
      if (!this.#included(selection)) continue;
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        collected.set(key, [...(collected.get(key) ?? []), selection]);
        continue;
      }
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        if (visited.has(selection.name.value)) continue;
        visited.add(selection.name.value);
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragments.get(selection.name.value);
      if (fragment && this.#applies(type, fragment.typeCondition?.name.value)) {
        this.#collect(type, fragment.selectionSet, collected, visited);
      }
    }
  }

  #applies(type: GraphQLObjectType, condition: string | undefined): boolean {
    if (condition === undefined || condition === type.name) return true;
    const conditional = this.#schema.getType(condition);
    return isAbstractType(conditional) && this.#schema.isSubType(conditional, type);
  }

  #included(selection: SelectionNode): boolean {
    const skip = getDirectiveValues(GraphQLSkipDirective, selection, this.#variables);
    const include = getDirectiveValues(GraphQLIncludeDirective, selection, this.#variables);
    return skip?.if !== true && include?.if !== false;
  }
}

/** Stands where nothing is selected of an object, which GraphQL cannot write. */
const nothing = 'nothing__selected';
const justTypename: SelectionSetNode = {
  kind: Kind.SELECTION_SET,
  selections: [
    {
      kind: Kind.FIELD,
      name: { kind: Kind.NAME, value: '__typename' },
      alias: { kind: Kind.NAME, value: nothing },
    },
  ],
};

/** Before the client's aliases. */
const keyMark = 'own__';

/** The response to the operation itself, from a response to its plain form. */
export function fromPlain({ data, errors }: ExecutionResult): FormattedExecutionResult {
  const formatted = errors?.map((error) => {
    const { path, ...rest } = error.toJSON();
    return { ...rest, ...(path && { path: path.map((key) => (typeof key === 'string' ? original(key) : key)) }) };
  });
  return { data: withoutStandIns(data ?? null), ...(formatted && { errors: formatted }) };
}

function original(key: string): string {
  return key.startsWith(keyMark) ? key.slice(keyMark.length) : key;
}

function withoutStandIns<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(withoutStandIns) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const stored = Object.create(null);
  for (const [key, below] of Object.entries(value)) if (key !== nothing) stored[original(key)] = withoutStandIns(below);
  return stored;
}
