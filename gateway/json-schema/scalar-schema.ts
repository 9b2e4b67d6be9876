// JSON Schema of scalars and enums. Of a custom scalar, nothing is known but its description: its values are whatever the
// service returns and takes, so that a guess by its name could be wrong.
import { type GraphQLEnumType, type GraphQLScalarType, isSpecifiedScalarType } from 'graphql';
import type { JsonSchema } from './json-schema.ts';

/** GraphQL specification, section 3.5. An ID is written as a string. */
const specified: Readonly<Record<string, JsonSchema>> = {
  Int: { type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 },
  Float: { type: 'number' },
  String: { type: 'string' },
  ID: { type: 'string' },
  Boolean: { type: 'boolean' },
};

export function scalarSchema(type: GraphQLScalarType): JsonSchema {
  if (isSpecifiedScalarType(type)) return { ...specified[type.name] };
  const { name, description, specifiedByURL } = type;
  const about = [description, specifiedByURL && `Specified by ${specifiedByURL}`].filter(Boolean).join('\n\n');
  return { title: name, ...(about !== '' && { description: about }) };
}

export function enumSchema(type: GraphQLEnumType): JsonSchema {
  const values = type.getValues();
  const ofValues = values.flatMap(({ name, description }) => (description ? [`- \`${name}\`: ${description}`] : []));
  const about = [type.description, ofValues.join('\n')].filter(Boolean).join('\n\n');
  return { type: 'string', enum: values.map(({ name }) => name), ...(about !== '' && { description: about }) };
}
