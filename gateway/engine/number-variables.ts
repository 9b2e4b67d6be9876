// Numbers in clients' variables, in the form that the types of their positions take. A custom scalar's number is sent
// to services as the client wrote it; those of GraphQL's own scalars are defined by the specification (sections 3.5.1
// to 3.5.5).
import {
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  isScalarType,
  isSpecifiedScalarType,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';
import { holdsNumberText, setProperty } from '../json/json-values.ts';
import { NumberText } from '../json/number-text.ts';

type Variables = Readonly<Record<string, unknown>>;

/**
 * The variables themselves where they contain no `NumberText`; else with a `NumberText` at places of custom scalars
 * only.
 */
export function readNumbers(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
  given: Variables,
): Variables {
  if (!holdsNumberText(given)) return given;
  const read: Record<string, unknown> = {};
  const byName = new Map(definitions.map((definition) => [definition.variable.name.value, definition]));
  for (const name of Object.keys(given)) {
    const definition = byName.get(name);
    const type = definition && typeFromAST(schema, definition.type);
    setProperty(read, name, isInputType(type) ? numbersOf(type, given[name]) : given[name]);
  }
  return read;
}

function numbersOf(type: GraphQLInputType, value: unknown): unknown {
  if (isNonNullType(type)) return numbersOf(type.ofType, value);
  // A single value may stand for a list of one.
  if (Array.isArray(value)) return value.map((item) => numbersOf(isListType(type) ? type.ofType : type, item));
  if (isListType(type)) return numbersOf(type.ofType, value);
  if (isScalarType(type) && !isSpecifiedScalarType(type)) return value;
  if (value instanceof NumberText) return type.name === 'ID' ? idOf(value) : value.toNumber();
  if (typeof value !== 'object' || value === null) return value;
  const fields = isInputObjectType(type) ? type.getFields() : {};
  const read: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const inner = (value as Variables)[name];
    setProperty(read, name, field ? numbersOf(field.type, inner) : inner);
  }
  return read;
}

/** An ID is a string, and may be written as an integer; other numbers are left for coercion to reject. */
function idOf(value: NumberText): string | number {
  const text = String(value);
  const number = value.toNumber();
  return /^-?\d+$/.test(text) || (Number.isInteger(number) && !Number.isSafeInteger(number)) ? text : number;
}
