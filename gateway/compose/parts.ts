// What a schema consists of, each part with its coordinate: what a view keeps, leaves out or names otherwise.
import {
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';

type Described = { astNode?: object | null | undefined; extensionASTNodes?: readonly object[] };

/** A type; a field, input field or enum value of it (`member`); or an argument of a field. */
export interface Part {
  /** `Type`, `Type.member` or `Type.field(argument:)`. */
  coordinate: string;
  type: string;
  member?: string;
  argument?: string;
  node: Described;
}

/** Every part of a schema but what GraphQL itself defines. */
export function partsOf(schema: GraphQLSchema): Part[] {
  const parts: Part[] = [];
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    parts.push({ coordinate: type.name, type: type.name, node: type });
    const add = (member: string, node: Described) =>
      parts.push({ coordinate: memberOf(type.name, member), type: type.name, member, node });
    if (isEnumType(type)) for (const value of type.getValues()) add(value.name, value);
    if (isInputObjectType(type)) for (const field of Object.values(type.getFields())) add(field.name, field);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      add(field.name, field);
      for (const argument of field.args) {
        const coordinate = argumentOf(type.name, field.name, argument.name);
        parts.push({ coordinate, type: type.name, member: field.name, argument: argument.name, node: argument });
      }
    }
  }
  return parts;
}

export function memberOf(type: string, member: string): string {
  return `${type}.${member}`;
}

export function argumentOf(type: string, field: string, argument: string): string {
  return `${type}.${field}(${argument}:)`;
}
