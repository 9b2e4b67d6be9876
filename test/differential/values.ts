// Generated arguments: literals and variables of a type, with and without defaults, given and not given.
import {
  type ArgumentNode,
  astFromValue,
  type ConstValueNode,
  type GraphQLArgument,
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLInt,
  GraphQLNonNull,
  type GraphQLScalarType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  Kind,
  parseType,
  type TypeNode,
  type ValueNode,
  type VariableDefinitionNode,
} from 'graphql';
import { JsonNumber } from '../harness/json-numbers.ts';
import type { Random } from './random.ts';

/** Values that a graph's data knows, for an argument or input field of this name; undefined where any will do. */
export type KnownValues = (name: string, type: string, random: Random) => unknown;

export class Values {
  readonly definitions: VariableDefinitionNode[] = [];
  /** What the client sends. */
  readonly given: Record<string, unknown> = {};
  readonly #random: Random;
  readonly #known: KnownValues;
  readonly #inScalars: readonly GraphQLScalarType[];
  readonly #byType = new Map<string, string[]>();

  /** @param inScalars types of variables inside of literals of the scalar `JSON`. */
  constructor(random: Random, known: KnownValues, inScalars: readonly GraphQLScalarType[] = []) {
    this.#random = random;
    this.#known = known;
    this.#inScalars = inScalars;
  }

  /** Some of a field's arguments, and all that it must have. */
  arguments(args: readonly GraphQLArgument[]): ArgumentNode[] {
    return args.flatMap((argument): ArgumentNode[] => {
      const needed = isNonNullType(argument.type) && argument.defaultValue === undefined;
      if (!needed && this.#random.chance(0.5)) return [];
      const value = this.#value(argument.name, argument.type, 0);
      return [{ kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: argument.name }, value }];
    });
  }

  /** A Boolean for `@skip` and `@include`. */
  condition(): ValueNode {
    if (this.#random.chance(0.4)) return { kind: Kind.BOOLEAN, value: this.#random.chance(0.5) };
    return this.#variable('if', new GraphQLNonNull(GraphQLBoolean));
  }

  #value(name: string, type: GraphQLInputType, depth: number): ValueNode {
    if (this.#random.chance(0.3)) return this.#variable(name, type);
    if (isNonNullType(type)) return this.#present(name, type.ofType, depth);
    return this.#random.chance(0.08) ? { kind: Kind.NULL } : this.#present(name, type, depth);
  }

  /** A literal that is not null, perhaps with variables inside. */
  #present(name: string, type: GraphQLInputType, depth: number): ValueNode {
    if (isListType(type)) {
      // A single value stands for a list of one (specification, section 3.11).
      if (this.#random.chance(0.1) && !isListType(type.ofType)) return this.#literal(name, type.ofType);
      const length = this.#random.between(0, 3);
      const values = Array.from({ length }, () => this.#value(name, type.ofType, depth + 1));
      return { kind: Kind.LIST, values };
    }
    if (isInputObjectType(type)) {
      const fields = this.#chosenFields(type, depth).map(
        (field) =>
          ({
            kind: Kind.OBJECT_FIELD,
            name: { kind: Kind.NAME, value: field.name },
            value: this.#value(field.name, field.type, depth + 1),
          }) as const,
      );
      return { kind: Kind.OBJECT, fields };
    }
    if (this.#inScalars.length > 0 && type.name === 'JSON' && this.#random.chance(0.4)) return this.#jsonWithVariable();
    return this.#literal(name, type);
  }

  #jsonWithVariable(): ValueNode {
    const value = this.#variable('in', new GraphQLNonNull(this.#random.pick(this.#inScalars)));
    const list = { kind: Kind.LIST, values: [jsonLiteral(this.#random.pick([1, 'x', null])), value] } as const;
    const field = { kind: Kind.OBJECT_FIELD, name: { kind: Kind.NAME, value: 'a' }, value: list } as const;
    const direct = { kind: Kind.OBJECT_FIELD, name: { kind: Kind.NAME, value: 'b' }, value } as const;
    return { kind: Kind.OBJECT, fields: this.#random.pick([[field], [direct], [direct, field]]) };
  }

  #literal(name: string, type: GraphQLInputType): ConstValueNode {
    const nullable = isNonNullType(type) ? type.ofType : type;
    return toLiteral(this.json(name, nullable, 1), nullable);
  }

  #variable(name: string, type: GraphQLInputType): ValueNode {
    const known = this.#byType.get(String(type)) ?? [];
    let variable = known.length > 0 && this.#random.chance(0.5) ? this.#random.pick(known) : undefined;
    if (variable === undefined) {
      variable = this.#declare(name, type);
      this.#byType.set(String(type), [...known, variable]);
    }
    return { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: variable } };
  }

  #declare(name: string, type: GraphQLInputType): string {
    const random = this.#random;
    // Names that Concierge uses upstream must not disturb it.
    const taken = this.definitions.length;
    const variable = random.pick([`${name}${taken}`, `v${taken}`, `k${taken}_ids`, `_${taken}`]);
    const names = this.definitions.map((definition) => definition.variable.name.value);
    const unique = names.includes(variable) ? `${variable}_${taken}` : variable;
    const nullable = isNonNullType(type) ? type.ofType : type;
    const withDefault = random.chance(0.35);
    // With a default that is not null, a nullable variable may stand where null may not; null is then not sent.
    const written = withDefault && isNonNullType(type) && random.chance(0.5) ? nullable : type;
    const optional = withDefault || !isNonNullType(written);
    if (!optional || random.chance(0.7)) {
      const mayBeNull = !isNonNullType(type) && random.chance(0.1);
      this.given[unique] = mayBeNull ? null : this.json(name, nullable, 0);
    }
    const defaultValue = withDefault ? toLiteral(this.json(name, nullable, 0), nullable) : undefined;
    this.definitions.push({
      kind: Kind.VARIABLE_DEFINITION,
      variable: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: unique } },
      type: parseType(String(written)) as TypeNode,
      ...(defaultValue && { defaultValue }),
    });
    return unique;
  }

  /** A value of a type as JSON; null only where the type allows it. */
  json(name: string, type: GraphQLInputType, depth: number): unknown {
    const random = this.#random;
    if (isNonNullType(type)) return this.json(name, type.ofType, depth);
    if (isListType(type)) {
      const items = Array.from({ length: random.between(0, 3) }, () =>
        !isNonNullType(type.ofType) && random.chance(0.1) ? null : this.json(name, type.ofType, depth + 1),
      );
      return items;
    }
    if (isInputObjectType(type)) {
      return Object.fromEntries(
        this.#chosenFields(type, depth).map((field) => [field.name, this.json(field.name, field.type, depth + 1)]),
      );
    }
    const known = this.#known(name, type.name, random);
    if (known !== undefined) return known;
    if (isEnumType(type)) return random.pick(type.getValues()).name;
    if (type === GraphQLInt) return random.between(-2, 12);
    if (type === GraphQLFloat) return random.pick([0.5, -1.25, 3, 1e21]);
    if (type === GraphQLBoolean) return random.chance(0.5);
    if (type === GraphQLID) return random.pick(['1', 'x "quoted" \\', 'ü\u2028']);
    if (type.name === 'String') return random.pick(['', 'a', 'line\nbreak', '{"json": [1]}', '💡 $v0']);
    return random.pick([1, 'text', { a: [1, { b: null }] }, [true, 'x'], 2.5]);
  }

  #chosenFields(type: GraphQLInputObjectType, depth: number) {
    return Object.values(type.getFields()).filter((field) => {
      const needed = isNonNullType(field.type) && field.defaultValue === undefined;
      return needed || this.#random.chance(depth > 2 ? 0 : 0.6);
    });
  }
}

/** As it is written in a document. Custom scalars hold any JSON. */
export function toLiteral(value: unknown, type: GraphQLInputType): ConstValueNode {
  if (value === null) return { kind: Kind.NULL };
  if (value instanceof JsonNumber) return numberLiteral(value);
  const nullable = isNonNullType(type) ? type.ofType : type;
  if (isListType(nullable) && Array.isArray(value)) {
    return { kind: Kind.LIST, values: value.map((item) => toLiteral(item, nullable.ofType)) };
  }
  if (isInputObjectType(nullable)) {
    const fields = nullable.getFields();
    return {
      kind: Kind.OBJECT,
      fields: Object.entries(value as object).map(([name, item]) => ({
        kind: Kind.OBJECT_FIELD,
        name: { kind: Kind.NAME, value: name },
        value: toLiteral(item, (fields[name] as { type: GraphQLInputType }).type),
      })),
    };
  }
  if (typeof value === 'object') return jsonLiteral(value);
  if (typeof value === 'boolean') return { kind: Kind.BOOLEAN, value };
  return astFromValue(value, nullable) as ConstValueNode;
}

function numberLiteral({ text }: JsonNumber): ConstValueNode {
  return { kind: /^-?\d+$/.test(text) ? Kind.INT : Kind.FLOAT, value: text };
}

function jsonLiteral(value: unknown): ConstValueNode {
  if (value === null) return { kind: Kind.NULL };
  if (value instanceof JsonNumber) return numberLiteral(value);
  if (Array.isArray(value)) return { kind: Kind.LIST, values: value.map(jsonLiteral) };
  if (typeof value === 'object') {
    return {
      kind: Kind.OBJECT,
      fields: Object.entries(value).map(([name, item]) => ({
        kind: Kind.OBJECT_FIELD,
        name: { kind: Kind.NAME, value: name },
        value: jsonLiteral(item),
      })),
    };
  }
  if (typeof value === 'string') return { kind: Kind.STRING, value };
  if (typeof value === 'boolean') return { kind: Kind.BOOLEAN, value };
  return { kind: Number.isInteger(value) ? Kind.INT : Kind.FLOAT, value: String(value) };
}
