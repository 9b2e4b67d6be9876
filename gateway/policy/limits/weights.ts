// The cost rules as they hold for the graph's types: what is said of an interface's field holds for the types that
// implement it, and what nobody says has a weight by its kind. Found once for each field, and kept as long as the graph.
import {
  type GraphQLAbstractType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type GraphQLUnionType,
  getNamedType,
  isCompositeType,
  isInputObjectType,
  isUnionType,
} from 'graphql';
import { defaultText } from '../../compose/default-literals.ts';
import type { CostRules, ListSize } from './cost-rules.ts';

type Field = GraphQLField<unknown, unknown>;

/** A mutation's field does more than give an object. */
const MUTATION_WEIGHT = 10;

export interface FieldWeights {
  /** What is said of the field; undefined where its type decides. */
  own: number | undefined;
  list: ListSize | undefined;
  /** Of the arguments where they are given, by name, without what is inside of them. */
  arguments: ReadonlyMap<string, number>;
  /** Gives a value that costs nothing, whatever its arguments are. */
  free: boolean;
}

export class Weights {
  readonly #schema: GraphQLSchema;
  readonly #rules: CostRules;
  readonly #fields = new Map<Field, FieldWeights>();
  readonly #equalTypes = new Map<GraphQLAbstractType, readonly (readonly GraphQLObjectType[])[]>();
  readonly #weighed = new Map<string, boolean>();
  readonly #unions: readonly GraphQLUnionType[];

  constructor(schema: GraphQLSchema, rules: CostRules) {
    this.#schema = schema;
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

  /** Of one object (or value) of the type. */
  type(type: GraphQLNamedType): number {
    return this.#rules.types.get(type.name) ?? (isCompositeType(type) ? 1 : 0);
  }

  /** Of an input object's field that is given, without what is inside of it. */
  inputField(inputType: string, field: string, fieldType: GraphQLInputType): number {
    return this.#rules.inputFields.get(`${inputType}.${field}`) ?? this.#value(fieldType);
  }

  /** Whether anything inside of a value of the type has a weight: if not, nobody has to look inside. */
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
   * The types that an interface or union stands for, together with those for which the same selection costs the same
   * unless it names one of them. There are interfaces that hundreds of types implement, all alike.
   */
  equalTypes(type: GraphQLAbstractType): readonly (readonly GraphQLObjectType[])[] {
    let groups = this.#equalTypes.get(type);
    if (!groups) {
      groups = [...Map.groupBy(this.#schema.getPossibleTypes(type), (each) => this.#signature(each)).values()];
      this.#equalTypes.set(type, groups);
    }
    return groups;
  }

  #weigh(type: GraphQLObjectType, definition: Field): FieldWeights {
    const coordinates = [type.name, ...type.getInterfaces().map(({ name }) => name)].map(
      (name) => `${name}.${definition.name}`,
    );
    const declared = maxWeight(this.#rules.fields, coordinates);
    const own = declared ?? (type === this.#schema.getMutationType() ? MUTATION_WEIGHT : undefined);
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

  /** All that a selection can meet in objects of the type without naming it. */
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
    const unions = this.#unions.filter((union) => this.#schema.isSubType(union, type));
    return JSON.stringify([this.type(type), shared, unions.map(({ name }) => name)]);
  }

  #value(type: GraphQLInputType): number {
    return this.#rules.types.get(getNamedType(type).name) ?? 0;
  }

  /** Whether the input type, or one that it holds, has a field with a weight. Input types may hold themselves. */
  #reaches(name: string): boolean {
    const seen = new Set([name]);
    for (const each of seen) {
      const type = this.#schema.getType(each);
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
