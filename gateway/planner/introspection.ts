// Introspection executor in slices: the result of a large schema takes hundreds of milliseconds, during which the
// event loop must turn. The remaining work is a list of objects whose fields are not resolved yet, so that it can
// stop after any of them.
import {
  BREAK,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getArgumentValues,
  getVariableValues,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  visit,
} from 'graphql';
import { type CollectedField, FieldCollector } from './collect-fields.ts';
import { type StepBudget, unlimitedSteps } from './step-budget.ts';

/** Values of an introspection for one step of the budget. */
const INTROSPECTED_PER_STEP = 4;

/** An object of the result, whose fields are not resolved yet. */
interface PendingObject {
  type: GraphQLObjectType;
  source: unknown;
  fields: readonly CollectedField[];
  target: Record<string, unknown>;
}

type Values = Record<string, unknown>;

export class Introspection {
  readonly #info: GraphQLResolveInfo;
  readonly #collector: FieldCollector;
  readonly #variables: Values;
  readonly #arguments = new Map<CollectedField, Values>();
  readonly #steps: StepBudget;
  /**
   * Whether a field has `__proto__` for its alias. Plain objects are written several times as fast as those without a
   * prototype.
   */
  readonly #hasProto: boolean;
  readonly #data: Values = Object.create(null);
  /** The next is the last. */
  readonly #pending: PendingObject[] = [];
  #values = 0;

  /**
   * @param document one operation that selects nothing but `__schema` and `__type`, valid for the schema.
   * @param steps the budget of the result.
   */
  constructor(schema: GraphQLSchema, document: DocumentNode, variables: Values, steps = unlimitedSteps()) {
    const [operation] = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
    const { variableDefinitions = [], selectionSet } = operation as OperationDefinitionNode;
    this.#variables = getVariableValues(schema, variableDefinitions, variables).coerced ?? {};
    const conditions = Object.fromEntries(
      Object.entries(this.#variables).map(([name, value]) => [name, value === true] as const),
    );
    // Resolvers of introspection read nothing but the schema from it.
    this.#info = { schema } as GraphQLResolveInfo;
    this.#collector = new FieldCollector(schema, document, conditions, steps);
    this.#steps = steps;
    this.#hasProto = mentionsProto(document);
    const root = schema.getQueryType();
    if (!root) return;
    for (const field of this.#collector.root(root, selectionSet)) {
      const definition = field.name === SchemaMetaFieldDef.name ? SchemaMetaFieldDef : TypeMetaFieldDef;
      this.#data[field.key] = this.#resolve(definition, undefined, field);
    }
  }

  get isComplete(): boolean {
    return this.#pending.length === 0;
  }

  /** The result, once it is complete. */
  get result(): ExecutionResult {
    return { data: this.#data };
  }

  /**
   * Resolves this many values, or a few more.
   * @throws OperationTooComplex
   */
  advance(values: number): void {
    const end = this.#values + values;
    while (this.#values < end) {
      const next = this.#pending.pop();
      if (!next) return;
      this.#complete(next);
    }
  }

  #complete({ type, source, fields, target }: PendingObject): void {
    this.#count(fields.length);
    const definitions = type.getFields();
    for (const field of fields) {
      const definition = definitions[field.name];
      target[field.key] = definition ? this.#resolve(definition, source, field) : type.name;
    }
  }

  #count(values: number): void {
    this.#values += values;
    this.#steps.spend(values / INTROSPECTED_PER_STEP);
  }

  #resolve(definition: GraphQLField<unknown, unknown>, source: unknown, field: CollectedField): unknown {
    const value = definition.resolve?.(source, this.#argumentsOf(definition, field), undefined, this.#info);
    return this.#valueOf(definition.type, value, field);
  }

  /** The value in the result; the fields of an object are added later. */
  #valueOf(type: GraphQLOutputType, value: unknown, field: CollectedField): unknown {
    if (isNonNullType(type)) return this.#valueOf(type.ofType, value, field);
    if (value === null || value === undefined) return null;
    if (isListType(type)) {
      const items = [...(value as Iterable<unknown>)];
      this.#count(items.length);
      return items.map((item) => this.#valueOf(type.ofType, item, field));
    }
    if (isLeafType(type)) return type.serialize(value);
    if (!isObjectType(type)) throw new Error(`Introspection has no objects of type ${type.name}.`);
    const target: Values = this.#hasProto ? Object.create(null) : {};
    this.#pending.push({ type, source: value, fields: this.#collector.below(type.name, field), target });
    return target;
  }

  #argumentsOf(definition: GraphQLField<unknown, unknown>, field: CollectedField): Values {
    let known = this.#arguments.get(field);
    const [node] = field.nodes;
    if (!known && node) {
      known = getArgumentValues(definition, node, this.#variables);
      this.#arguments.set(field, known);
    }
    return known ?? {};
  }
}

function mentionsProto(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    [Kind.FIELD]: ({ alias }) => {
      if (alias?.value !== '__proto__') return undefined;
      found = true;
      return BREAK;
    },
  });
  return found;
}
