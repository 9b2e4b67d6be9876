// Default values of arguments and input fields: read from SDL so that custom scalars keep the exact literal, and
// printed as literals again. GraphQL.js reads numbers among them as JavaScript numbers, and cannot print lists and
// objects of custom scalars.
import {
  __InputValue,
  astFromValue,
  type ConstValueNode,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  print,
  type ValueNode,
  valueFromAST,
} from 'graphql';
import { setProperty } from '../json/json-values.ts';
import { NumberText } from '../json/number-text.ts';
import { type LiteralParts, literalValue } from './exact-literals.ts';
import { type InputValue, inputValuesOf } from './schema-elements.ts';

/**
 * A name in a custom scalar's literal, such as `RED`: text for code that computes with values, and printed as a name.
 */
class NameText {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  toJSON(): string {
    return this.#name;
  }

  toString(): string {
    return this.#name;
  }
}

const written: LiteralParts = { number: (number) => number, name: (name) => new NameText(name) };

const noNames: ReadonlySet<string> = new Set();

/**
 * Sets default values that contain custom scalars to the literals of the SDL. Changes the schema.
 * @param sources whose SDL has the defaults, by coordinate; the first that has one counts.
 * @param implemented names of scalars with an implementation, whose values stay.
 */
export function setExactDefaults(
  schema: GraphQLSchema,
  sources: readonly GraphQLSchema[],
  implemented: ReadonlySet<string> = noNames,
): void {
  const literals = new Map<string, ConstValueNode>();
  for (const source of sources) {
    for (const { coordinate, node } of inputValuesOf(source)) {
      const literal = node.astNode?.defaultValue;
      if (literal && !literals.has(coordinate)) literals.set(coordinate, literal);
    }
  }
  setDefaultsFrom(schema, literals, implemented);
}

/**
 * As `setExactDefaults`.
 * @param literals by coordinate.
 */
export function setDefaultsFrom(
  schema: GraphQLSchema,
  literals: ReadonlyMap<string, ConstValueNode>,
  implemented: ReadonlySet<string> = noNames,
): void {
  if (literals.size === 0) return;
  const values = inputValuesOf(schema);
  const coordinates = new Map(values.map(({ node, coordinate }) => [node, coordinate]));
  const settled = new Set<InputValue>();
  const settle = (input: InputValue) => {
    if (settled.has(input)) return;
    settled.add(input);
    const literal = literals.get(coordinates.get(input) ?? '');
    if (!literal || input.defaultValue === undefined || !holdsCustomScalar(input.type, implemented)) return;
    input.defaultValue = valueIn(literal, input.type, implemented, (field) => {
      // A default that leaves out a field has that field's default.
      settle(field);
      return field.defaultValue;
    });
  };
  for (const { node } of values) settle(node);
}

/** Whether values of the type can contain a custom scalar, at any depth. */
export function holdsCustomScalar(
  type: GraphQLInputType,
  implemented: ReadonlySet<string> = noNames,
  visited: Set<GraphQLInputType> = new Set(),
): boolean {
  if (isNonNullType(type) || isListType(type)) return holdsCustomScalar(type.ofType, implemented, visited);
  if (isScalarType(type)) return !isSpecifiedScalarType(type) && !implemented.has(type.name);
  if (!isInputObjectType(type) || visited.has(type)) return false;
  visited.add(type);
  return Object.values(type.getFields()).some((field) => holdsCustomScalar(field.type, implemented, visited));
}

/** The value of a valid literal. */
function valueIn(
  node: ValueNode,
  type: GraphQLInputType,
  implemented: ReadonlySet<string>,
  defaultOf: (field: InputValue) => unknown,
): unknown {
  if (isNonNullType(type)) return valueIn(node, type.ofType, implemented, defaultOf);
  if (node.kind === Kind.NULL) return null;
  if (isListType(type)) {
    const items = node.kind === Kind.LIST ? node.values : [node];
    return items.map((item) => valueIn(item, type.ofType, implemented, defaultOf));
  }
  if (isInputObjectType(type) && node.kind === Kind.OBJECT) {
    const object: Record<string, unknown> = {};
    for (const field of Object.values(type.getFields())) {
      const given = node.fields.find(({ name }) => name.value === field.name);
      const value = given ? valueIn(given.value, field.type, implemented, defaultOf) : defaultOf(field);
      if (value !== undefined) setProperty(object, field.name, value);
    }
    return object;
  }
  return holdsCustomScalar(type, implemented) ? literalValue(node, null, written) : valueFromAST(node, type);
}

type WithDefault = Pick<InputValue, 'defaultValue' | 'type'>;

/**
 * The literal of a default value; null for none.
 * @throws TypeError for a scalar's value that has no literal.
 */
export function defaultLiteral({ defaultValue, type }: WithDefault): ConstValueNode | null {
  return literalOf(defaultValue, type);
}

/** A default value as text, equal for equal values; null for none. */
export function defaultText(input: WithDefault): string | null {
  const literal = defaultLiteral(input);
  return literal && print(sorted(literal));
}

/** With the fields of objects sorted by name: their order has no meaning. */
function sorted(node: ConstValueNode): ConstValueNode {
  if (node.kind === Kind.LIST) return { ...node, values: node.values.map(sorted) };
  if (node.kind !== Kind.OBJECT) return node;
  const fields = node.fields.map((field) => ({ ...field, value: sorted(field.value) }));
  return { ...node, fields: fields.sort((one, other) => (one.name.value < other.name.value ? -1 : 1)) };
}

function literalOf(value: unknown, type: GraphQLInputType): ConstValueNode | null {
  if (value === undefined) return null;
  if (isNonNullType(type)) {
    const literal = literalOf(value, type.ofType);
    return literal?.kind === Kind.NULL ? null : literal;
  }
  if (value === null) return { kind: Kind.NULL };
  if (isListType(type)) {
    if (!Array.isArray(value)) return literalOf(value, type.ofType);
    return { kind: Kind.LIST, values: value.flatMap((item) => literalOf(item, type.ofType) ?? []) };
  }
  if (isInputObjectType(type)) {
    if (typeof value !== 'object') return null;
    const fields = Object.values(type.getFields()).flatMap((field) => {
      const given = Object.hasOwn(value, field.name) ? (value as Record<string, unknown>)[field.name] : undefined;
      const literal = literalOf(given, field.type);
      return literal ? [fieldNode(field.name, literal)] : [];
    });
    return { kind: Kind.OBJECT, fields };
  }
  if (isScalarType(type) && !isSpecifiedScalarType(type)) return scalarLiteral(type.serialize(value), type.name);
  return astFromValue(value, type) as ConstValueNode | null;
}

function scalarLiteral(value: unknown, type: string): ConstValueNode {
  if (value === null || value === undefined) return { kind: Kind.NULL };
  if (typeof value === 'string') return { kind: Kind.STRING, value };
  if (typeof value === 'boolean') return { kind: Kind.BOOLEAN, value };
  if (value instanceof NameText) return { kind: Kind.ENUM, value: String(value) };
  if (value instanceof NumberText || typeof value === 'bigint' || Number.isFinite(value)) {
    const text = String(value);
    return { kind: /^-?\d+$/.test(text) ? Kind.INT : Kind.FLOAT, value: text };
  }
  if (Array.isArray(value)) return { kind: Kind.LIST, values: value.map((item) => scalarLiteral(item, type)) };
  if (typeof value === 'object') {
    const names = Object.keys(value);
    if (names.every((name) => /^[_A-Za-z]\w*$/.test(name))) {
      const fields = names.map((name) =>
        fieldNode(name, scalarLiteral((value as Record<string, unknown>)[name], type)),
      );
      return { kind: Kind.OBJECT, fields };
    }
  }
  throw new TypeError(`A default value of ${type} has no literal: ${JSON.stringify(value)}`);
}

function fieldNode(name: string, value: ConstValueNode) {
  return { kind: Kind.OBJECT_FIELD as const, name: { kind: Kind.NAME as const, value: name }, value };
}

/**
 * Installs a resolver for `__InputValue.defaultValue`, which GraphQL.js 16 cannot resolve for lists and objects of
 * custom scalars; may be called more than once. Introspection types are shared by all schemas of the process: for other
 * schemas, the resolver gives the values that GraphQL.js gives, and defaults in place of its errors.
 */
export function introspectDefaults(): void {
  const { defaultValue } = __InputValue.getFields();
  if (defaultValue) defaultValue.resolve = resolveDefault;
}

function resolveDefault(input: GraphQLArgument | GraphQLInputField): string | null {
  const literal = defaultLiteral(input);
  return literal && print(literal);
}
