// Weights of a response: the fields of a plan's output with what they cost, by the same rules as the estimate.
import {
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import type { PreparedOperation } from '../../engine/prepared-operation.ts';
import { reader } from '../../execute/hot-path/index.ts';
import { type CollectedField, FieldCollector } from '../../planner/collect-fields.ts';
import { unlimitedSteps } from '../../planner/step-budget.ts';
import type {
  CountedField,
  CountedFields,
  CountedObject,
  CountedResponse,
  CountedValue,
} from '../../query-plan/counted-fields.ts';
import type { Plan } from '../../query-plan/plan.ts';
import type { FieldShape, Shape, ValueType } from '../../query-plan/shape.ts';
import { ArgumentCosts } from './argument-cost.ts';
import { ArgumentValues } from './argument-values.ts';
import { type CostExpr, CostProgram, type Variables } from './cost-program.ts';
import { introspectionCost } from './measure.ts';
import type { Weights } from './weights.ts';

export interface ResponseWeights {
  response: CountedResponse;
  /** Costs of arguments that depend on the variables; null where none do. */
  argumentCosts: ((variables: Variables) => ArrayLike<number>) | null;
}

/** @param conditions of the plan's `@skip` and `@include`. */
export function weighResponse(
  weights: Weights,
  { document, operation }: Pick<PreparedOperation, 'document' | 'operation'>,
  { output }: Pick<Plan, 'output'>,
  conditions: Readonly<Record<string, boolean>>,
): ResponseWeights {
  const { schema } = weights;
  const steps = unlimitedSteps();
  const program = new CostProgram();
  const args = new ArgumentCosts(program, weights, new ArgumentValues(operation), steps);
  const collector = new FieldCollector(schema, document, conditions, steps);
  const root = schema.getRootType(operation.operation);
  const [shapes = []] = Object.values(output.types);
  const selected = root ? collector.root(root, operation.selectionSet) : [];
  const weighing = new Weighing(weights, args, collector);
  const fields = root ? weighing.fields(root, shapes, selected) : [];
  const isMutation = root !== null && root === schema.getMutationType();
  return {
    response: {
      fields,
      leastByKey: isMutation ? leastByKey(weights, root as GraphQLObjectType, selected) : null,
    },
    argumentCosts: program.size === 0 ? null : (variables) => program.values(variables),
  };
}

class Weighing {
  readonly #weights: Weights;
  readonly #arguments: ArgumentCosts;
  readonly #collector: FieldCollector;
  /** Types with equal selections share their shapes. */
  readonly #known = new Map<readonly FieldShape[], Map<string, CountedFields>>();

  constructor(weights: Weights, args: ArgumentCosts, collector: FieldCollector) {
    this.#weights = weights;
    this.#arguments = args;
    this.#collector = collector;
  }

  /** @param selected the selections of the shapes, in any order. */
  fields(type: GraphQLObjectType, shapes: readonly FieldShape[], selected: readonly CollectedField[]): CountedFields {
    const byType = this.#known.get(shapes) ?? new Map<string, CountedFields>();
    this.#known.set(shapes, byType);
    let fields = byType.get(type.name);
    if (!fields) {
      const byKey = new Map(selected.map((field) => [field.key, field]));
      fields = shapes.flatMap((shape) => this.#field(type, shape, byKey.get(shape.key)) ?? []);
      byType.set(type.name, fields);
    }
    return fields;
  }

  /** Null for a field without any cost, and one that is not executed. */
  #field(type: GraphQLObjectType, shape: FieldShape, selected: CollectedField | undefined): CountedField | null {
    const { key, slot, property, denied } = shape;
    const node = selected?.nodes[0];
    if (denied !== undefined || !selected || !node || shape.type.kind === 'typename') return null;
    if (shape.type.kind === 'json') {
      const value = { kind: 'introspection', weight: introspectionCost } as const;
      return { key, slot, property, read: reader(property), arguments: 0, lists: 0, value };
    }
    const definition = type.getFields()[selected.name];
    if (!definition) return null;
    const cost = argumentsOf(this.#arguments.of(node, type, definition));
    const [named, lists] = innermost(shape.type);
    const { own } = this.#weights.field(type, definition);
    const value = this.#value(named, selected, own, getNamedType(definition.type));
    return cost === 0 && isFree(value)
      ? null
      : { key, slot, property, read: reader(property), arguments: cost, lists, value };
  }

  #value(type: ValueType, selected: CollectedField, own: number | undefined, declared: GraphQLNamedType): CountedValue {
    if (type.kind !== 'object') return { kind: 'leaf', weight: own ?? this.#weights.type(declared) };
    const { shape } = type;
    const objects = Object.entries(shape.types).map(([name, shapes]) => this.#object(name, shapes, selected, own));
    if (!shape.abstract) return { kind: 'object', object: objects[0]?.[1] ?? { weight: 0, fields: [] } };
    return { kind: 'abstract', types: new Map(objects), typeSlot: shape.typeSlot };
  }

  #object(
    name: string,
    shapes: Shape['types'][string],
    selected: CollectedField,
    own: number | undefined,
  ): [name: string, object: CountedObject] {
    const type = this.#weights.schema.getType(name);
    // Objects behind an interface whose types no service determines count as those of the most expensive type.
    const members = isInterfaceType(type) ? this.#weights.equalTypes(type).flatMap(([first]) => first ?? []) : [];
    const concrete = isAbstractType(type) ? mostExpensive(this.#weights, members) : type;
    if (!isObjectType(concrete)) return [name, { weight: own ?? 0, fields: [] }];
    const weight = own ?? this.#weights.type(concrete);
    return [name, { weight, fields: this.fields(concrete, shapes, this.#collector.below(name, selected)) }];
  }
}

function mostExpensive(weights: Weights, types: readonly GraphQLObjectType[]): GraphQLObjectType | undefined {
  return types.toSorted((one, other) => weights.type(other) - weights.type(one))[0];
}

function argumentsOf(cost: CostExpr): CountedField['arguments'] {
  return typeof cost === 'number' ? cost : { index: cost.index };
}

/** The type inside of lists, and their number. */
function innermost(type: ValueType, lists = 0): [type: ValueType, lists: number] {
  return type.kind === 'list' ? innermost(type.of, lists + 1) : [type, lists];
}

function isFree(value: CountedValue): boolean {
  const isNothing = ({ weight, fields }: CountedObject) => weight === 0 && fields.length === 0;
  if (value.kind === 'object') return isNothing(value.object);
  return value.kind === 'abstract' ? [...value.types.values()].every(isNothing) : value.weight === 0;
}

/** A change has been made also where nothing is returned of it. */
function leastByKey(
  weights: Weights,
  root: GraphQLObjectType,
  selected: readonly CollectedField[],
): ReadonlyMap<string, number> {
  const fields = root.getFields();
  return new Map(
    selected.flatMap(({ key, name }) => {
      const definition = fields[name];
      return definition ? [[key, weights.field(root, definition).own ?? 0]] : [];
    }),
  );
}
