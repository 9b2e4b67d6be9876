// Exact literals of custom scalars in documents. GraphQL.js reads numbers among them as JavaScript numbers, which may
// differ from the text; here the text is preserved.
import {
  type GraphQLSchema,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql';
import { setProperty } from '../json/json-values.ts';
import { NumberText } from '../json/number-text.ts';

/** Values for the parts of a literal that have no JavaScript value of their own. */
export interface LiteralParts {
  /** A number that JavaScript does not write back unchanged. */
  number(number: NumberText): unknown;
  /** A name, such as an enum value's. */
  name(name: string): unknown;
}

const asText: LiteralParts = { number: (number) => number, name: (name) => name };

/**
 * Makes the custom scalars of a schema read numbers in literals exactly. Changes the schema.
 * @param implemented names of scalars that read literals themselves.
 * @param read converts a number that JavaScript does not write back unchanged.
 */
export function readLiteralsExactly(
  schema: GraphQLSchema,
  implemented: ReadonlySet<string> = new Set(),
  read: LiteralParts['number'] = asText.number,
): GraphQLSchema {
  const elements = { ...asText, number: read };
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isScalarType(type) || isSpecifiedScalarType(type) || implemented.has(type.name)) continue;
    type.parseLiteral = (node, variables) => literalValue(node, variables, elements);
  }
  return schema;
}

type Variables = Parameters<typeof valueFromASTUntyped>[1];

/** The value of a custom scalar's literal. */
export function literalValue(node: ValueNode, variables: Variables, elements: LiteralParts): unknown {
  if (node.kind === Kind.INT || node.kind === Kind.FLOAT) {
    const number = Number(node.value);
    return String(number) === node.value ? number : elements.number(new NumberText(node.value));
  }
  if (node.kind === Kind.ENUM) return elements.name(node.value);
  if (node.kind === Kind.LIST) return node.values.map((item) => literalValue(item, variables, elements));
  if (node.kind !== Kind.OBJECT) return valueFromASTUntyped(node, variables);
  const object: Record<string, unknown> = {};
  for (const { name, value } of node.fields) setProperty(object, name.value, literalValue(value, variables, elements));
  return object;
}
