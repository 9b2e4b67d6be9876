// Input values of a compiled document: literals, variables and defaults as JSON values, by the types of the service's
// schema. The gateway has coerced what clients sent; here defaults are filled in and single items become lists, as a
// GraphQL service does (GraphQL specification, section 6.4.1). Numbers have the text in which they came.
import {
  type ArgumentNode,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  isInputObjectType,
  isListType,
  isNonNullType,
  Kind,
  type ValueNode,
  type VariableDefinitionNode,
} from 'graphql';
import { ownValue, setProperty } from '../../json/json-values.ts';
import { parseJson } from '../../json/parse-json.ts';

export type Variables = Readonly<Record<string, unknown>>;

/** A value that depends on variables; undefined where it is absent. */
export type ReadInput = (variables: Variables) => unknown;

/** The arguments of a field; those without a value and a default are absent. */
export type ReadArguments = (variables: Variables) => Record<string, unknown>;

const noArguments: ReadArguments = () => ({});

/** @param definitions of the field, by the schema. */
export function compileArguments(
  definitions: readonly GraphQLArgument[],
  given: readonly ArgumentNode[] = [],
): ReadArguments {
  const nodes = new Map(given.map(({ name, value }) => [name.value, value]));
  const readers = definitions.flatMap((definition) => {
    const node = nodes.get(definition.name);
    const fallback = defaultOf(definition);
    if (!node && fallback === undefined) return [];
    const fill = fillerFor(definition.type);
    const literal = node ? compileValue(node) : () => undefined;
    const read: ReadInput = (variables) => {
      const value = literal(variables);
      return value === undefined ? fallback : fill(value);
    };
    return [{ name: definition.name, read }];
  });
  if (readers.length === 0) return noArguments;
  return (variables) => {
    const values: Record<string, unknown> = {};
    for (const { name, read } of readers) {
      const value = read(variables);
      if (value !== undefined) setProperty(values, name, value);
    }
    return values;
  };
}

/** The variables of a request with the defaults of the document's definitions. */
export function compileDefaults(definitions: readonly VariableDefinitionNode[] = []): (given: Variables) => Variables {
  const defaults = definitions.flatMap(({ variable, defaultValue }) =>
    defaultValue ? [{ name: variable.name.value, value: compileValue(defaultValue)({}) }] : [],
  );
  if (defaults.length === 0) return (given) => given;
  return (given) => {
    const all: Record<string, unknown> = { ...given };
    for (const { name, value } of defaults) if (!Object.hasOwn(given, name)) setProperty(all, name, value);
    return all;
  };
}

/** A literal as a JSON value: enum values are their names. */
export function compileValue(node: ValueNode): ReadInput {
  switch (node.kind) {
    case Kind.VARIABLE: {
      const name = node.name.value;
      return (variables) => ownValue(variables, name);
    }
    case Kind.LIST: {
      const items = node.values.map(compileValue);
      return (variables) => items.map((item) => item(variables) ?? null);
    }
    case Kind.OBJECT: {
      const fields = node.fields.map(({ name, value }) => ({ name: name.value, read: compileValue(value) }));
      return (variables) => {
        const object: Record<string, unknown> = {};
        for (const { name, read } of fields) {
          const value = read(variables);
          if (value !== undefined) setProperty(object, name, value);
        }
        return object;
      };
    }
    case Kind.NULL:
      return () => null;
    case Kind.INT:
    case Kind.FLOAT: {
      const number = parseJson(node.value);
      return () => number;
    }
    default: {
      const { value } = node;
      return () => value;
    }
  }
}

type Fill = (value: unknown) => unknown;

const unchanged: Fill = (value) => value;

/** By type, since input types may contain themselves. */
const fillers = new WeakMap<GraphQLInputType, Fill>();

/** Fills in the defaults of input fields, at any depth, and makes lists of single items. */
function fillerFor(type: GraphQLInputType): Fill {
  if (isNonNullType(type)) return fillerFor(type.ofType);
  if (isListType(type)) {
    const item = fillerFor(type.ofType);
    return (value) => {
      if (value === null) return null;
      if (!Array.isArray(value)) return [item(value)];
      return item === unchanged ? value : value.map(item);
    };
  }
  if (!isInputObjectType(type)) return unchanged;
  const known = fillers.get(type);
  if (known) return known;
  let fields: { name: string; fill: Fill; fallback: unknown }[] | undefined;
  const fill: Fill = (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    fields ??= Object.values(type.getFields()).map((field) => ({
      name: field.name,
      fill: fillerFor(field.type),
      fallback: defaultOf(field),
    }));
    const filled: Record<string, unknown> = {};
    for (const field of fields) {
      const given = ownValue(value as Record<string, unknown>, field.name);
      const next = given === undefined ? field.fallback : field.fill(given);
      if (next !== undefined) setProperty(filled, field.name, next);
    }
    return filled;
  };
  fillers.set(type, fill);
  return fill;
}

/** The default as a JSON value; undefined without one. */
function defaultOf({ astNode, defaultValue, type }: GraphQLArgument | GraphQLInputField): unknown {
  const literal = astNode?.defaultValue;
  if (!literal) return defaultValue;
  return fillerFor(type)(compileValue(literal)({}));
}
