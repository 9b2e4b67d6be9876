// Weights of the graph's types and fields by the cost rules: rules of an interface's field apply to the implementing
// types, and without a rule the kind determines the weight. Computed once for each field, for the lifetime of the
// graph.
import {
  type GraphQLAbstractType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  GraphQLObjectType,
  type GraphQLSchema,
  type GraphQLUnionType,
  getNamedType,
  isCompositeType,
  isInputObjectType,
  isInterfaceType,
  isUnionType,
} from 'graphql';
import { defaultText } from '../../compose/default-literals.ts';
import type { CostRules, ListSize } from './cost-rules.ts';

type Field = GraphQLField<unknown, unknown>;

/** Weight of a mutation's field: it does more than return an object. */
const MUTATION_WEIGHT = 10;

export interface FieldWeights {
  /** Declared weight of the field; undefined where its type determines it. */
  own: number | undefined;
  list: ListSize | undefined;
  /** Weights of given arguments, by name, without their contents. */
  arguments: ReadonlyMap<string, number>;
  /** Whether its cost is 0 with any arguments. */
  free: boolean;
}

export class Weights {
  readonly schema: GraphQLSchema;
  readonly #rules: CostRules;
  readonly #fields = new Map<Field, FieldWeights>();
  readonly #equalTypes = new Map<GraphQLAbstractType, readonly (readonly GraphQLObjectType[])[]>();
  readonly #weighed = new Map<string, boolean>();
  readonly #unions: readonly GraphQLUnionType[];

  constructor(schema: GraphQLSchema, rules: CostRules) {
    this.schema = schema;
    this.#rules = rules;
    this.#unions = Object.values(schema.getTypeMap()).filter(isUnionType);
  }

  field(type: GraphQLObjectType, definition: Field): FieldWeights {
    let weights = this.#fields.get(definition);
    if (!weights) {
      weights = this.#weigh(type, definition);
      this.#fields.set(definition, weights);
    }
    return weights;
  }

  /** Weight of one object (or value) of the type. */
  type(type: GraphQLNamedType): number {
    return this.#rules.types.get(type.name) ?? (isCompositeType(type) ? 1 : 0);
  }

  /** Weight of a given field of an input object, without its contents. */
  inputField(inputType: string, field: string, fieldType: GraphQLInputType): number {
    return this.#rules.inputFields.get(`${inputType}.${field}`) ?? this.#value(fieldType);
  }

  /** Whether anything inside a value of the type has a weight: if not, its contents need not be examined. */
  weighsInside(type: GraphQLInputType): boolean {
    const named = getNamedType(type);
    if (!isInputObjectType(named)) return false;
    let weighs = this.#weighed.get(named.name);
    if (weighs === undefined) {
      weighs = this.#reaches(named.name);
      this.#weighed.set(named.name, weighs);
    }
    return weighs;
  }

  /**
   * The possible types of an interface or union, in groups for which the same selection has the same cost unless it
   * names one of them. Some interfaces have hundreds of equal implementing types. One without any stands for itself: a
   * subgraph may return its objects without their types (`@interfaceObject`).
   */
  equalTypes(type: GraphQLAbstractType): readonly (readonly GraphQLObjectType[])[] {
    let groups = this.#equalTypes.get(type);
    if (!groups) {
      const types = this.schema.getPossibleTypes(type);
      const members = types.length === 0 && isInterfaceType(type) ? [asObjectType(type)] : types;
      groups = [...Map.groupBy(members, (each) => this.#signature(each)).values()];
      this.#equalTypes.set(type, groups);
    }
    return groups;
  }

  #weigh(type: GraphQLObjectType, definition: Field): FieldWeights {
    const coordinates = [type.name, ...type.getInterfaces().map(({ name }) => name)].map(
      (name) => `${name}.${definition.name}`,
    );
    const declared = maxWeight(this.#rules.fields, coordinates);
    const own = declared ?? (type === this.schema.getMutationType() ? MUTATION_WEIGHT : undefined);
    const given = definition.args.map((argument) => {
      const places = coordinates.map((coordinate) => `${coordinate}(${argument.name}:)`);
      return [argument.name, maxWeight(this.#rules.arguments, places) ?? this.#value(argument.type)] as const;
    });
    const named = getNamedType(definition.type);
    return {
      own,
      list: coordinates.map((coordinate) => this.#rules.lists.get(coordinate)).find((size) => size !== undefined),
      arguments: new Map(given),
      free:
        !isCompositeType(named) &&
        (own ?? this.type(named)) === 0 &&
        given.every(([, weight]) => weight === 0) &&
        !definition.args.some((argument) => this.weighsInside(argument.type)),
    };
  }

  /** Everything that the cost of a selection depends on in objects of the type, unless it names the type. */
  #signature(type: GraphQLObjectType): string {
    const fields = type.getFields();
    const shared = type.getInterfaces().flatMap((one) =>
      Object.keys(one.getFields()).map((name) => {
        const definition = fields[name] as Field;
        const { own, list, arguments: weights } = this.field(type, definition);
        const args = definition.args.map((argument) => [
          `${argument.name}: ${argument.type}`,
          defaultText(argument),
          weights.get(argument.name),
        ]);
        return [one.name, `${name}: ${definition.type}`, own, list, args];
      }),
    );
    const unions = this.#unions.filter((union) => this.schema.isSubType(union, type));
    return JSON.stringify([this.type(type), shared, unions.map(({ name }) => name)]);
  }

  #value(type: GraphQLInputType): number {
    return this.#rules.types.get(getNamedType(type).name) ?? 0;
  }

  /** Whether the input type, or one inside it, has a field with a weight. Input types may contain themselves. */
  #reaches(name: string): boolean {
    const seen = new Set([name]);
    for (const each of seen) {
      const type = this.schema.getType(each);
      if (!isInputObjectType(type)) continue;
      for (const field of Object.values(type.getFields())) {
        if (this.inputField(each, field.name, field.type) !== 0) return true;
        seen.add(getNamedType(field.type).name);
      }
    }
    return false;
  }
}

function maxWeight(weights: ReadonlyMap<string, number>, coordinates: readonly string[]): number | undefined {
  let found: number | undefined;
  for (const coordinate of coordinates) {
    const weight = weights.get(coordinate);
    if (weight !== undefined) found = found === undefined ? weight : Math.max(found, weight);
  }
  return found;
}

function asObjectType(type: GraphQLInterfaceType): GraphQLObjectType {
  const { name, fields, interfaces } = type.toConfig();
  return new GraphQLObjectType({ name, fields, interfaces });
}
