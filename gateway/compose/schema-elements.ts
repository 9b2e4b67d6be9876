// Schema elements with their coordinates: types, members of types, and arguments.
import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';
import type { Described } from './declared-directives.ts';

/** A type; a field, input field or enum value of it (`member`); or an argument of a field. */
export interface SchemaElement {
  /** `Type`, `Type.member` or `Type.field(argument:)`. */
  coordinate: string;
  type: string;
  member?: string;
  argument?: string;
  node: Described;
}

/** Every element of a schema but those that GraphQL itself defines. */
export function elementsOf(schema: GraphQLSchema): SchemaElement[] {
  const elements: SchemaElement[] = [];
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    elements.push({ coordinate: type.name, type: type.name, node: type });
    const add = (member: string, node: Described) =>
      elements.push({ coordinate: memberCoordinate(type.name, member), type: type.name, member, node });
    if (isEnumType(type)) for (const value of type.getValues()) add(value.name, value);
    if (isInputObjectType(type)) for (const field of Object.values(type.getFields())) add(field.name, field);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      add(field.name, field);
      for (const argument of field.args) {
        const coordinate = argumentCoordinate(type.name, field.name, argument.name);
        elements.push({ coordinate, type: type.name, member: field.name, argument: argument.name, node: argument });
      }
    }
  }
  return elements;
}

export type InputValue = GraphQLArgument | GraphQLInputField;

export interface PlacedInputValue {
  /** `Input.field`, `Type.field(argument:)` or `@directive(argument:)`. */
  coordinate: string;
  node: InputValue;
}

/** Every input field, and every argument of a field or directive. */
export function inputValuesOf(schema: GraphQLSchema): PlacedInputValue[] {
  const values: PlacedInputValue[] = [];
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type)) continue;
    if (isInputObjectType(type)) {
      for (const node of Object.values(type.getFields())) {
        values.push({ coordinate: memberCoordinate(type.name, node.name), node });
      }
    } else if (isObjectType(type) || isInterfaceType(type)) {
      for (const { name, args } of Object.values(type.getFields())) {
        for (const node of args) values.push({ coordinate: argumentCoordinate(type.name, name, node.name), node });
      }
    }
  }
  for (const { name, args } of schema.getDirectives()) {
    for (const node of args) values.push({ coordinate: directiveArgumentOf(name, node.name), node });
  }
  return values;
}

export function directiveArgumentOf(directive: string, argument: string): string {
  return `@${directive}(${argument}:)`;
}

export function memberCoordinate(type: string, member: string): string {
  return `${type}.${member}`;
}

export function argumentCoordinate(type: string, field: string, argument: string): string {
  return `${type}.${field}(${argument}:)`;
}
