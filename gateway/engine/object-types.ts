// Object types for cache tags: ids, possible types, fields with arguments, and the lists of connections.
import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  getNullableType,
  isAbstractType,
  isListType,
  isObjectType,
} from 'graphql';
import type { ObjectTypes } from '../execute/objects-in-response.ts';
import type { GraphModel } from '../planner/model.ts';

export function createObjectTypes(model: GraphModel): ObjectTypes {
  const { schema } = model;
  const listed = new Map<string, readonly string[]>();

  function possibleTypes(name: string): readonly string[] {
    const type = schema.getType(name);
    return isAbstractType(type) ? schema.getPossibleTypes(type).map((possible) => possible.name) : [name];
  }

  function hasArguments(coordinate: string): boolean {
    const [typeName = '', fieldName = ''] = coordinate.split('.');
    const type = schema.getType(typeName);
    return isObjectType(type) && (type.getFields()[fieldName]?.args.length ?? 0) > 0;
  }

  /**
   * The types in the lists of an object that takes no further arguments: `nodes`, and `edges` with the node of each.
   */
  function listedTypes(name: string): readonly string[] {
    // Root fields are no lists of the root: each that is selected counts for itself, also below the root.
    if (name === schema.getQueryType()?.name) return [];
    let types = listed.get(name);
    if (!types) {
      const found = new Set<string>();
      for (const { type } of fieldsWithoutArguments(name)) {
        if (!isListType(getNullableType(type))) continue;
        for (const item of objectTypesOf(type)) {
          found.add(item);
          if (model.idField(item) !== null) continue;
          for (const field of fieldsWithoutArguments(item))
            for (const node of objectTypesOf(field.type)) found.add(node);
        }
      }
      types = [...found];
      listed.set(name, types);
    }
    return types;
  }

  function fieldsWithoutArguments(name: string): GraphQLField<unknown, unknown>[] {
    const type = schema.getType(name) as GraphQLObjectType;
    return Object.values(type.getFields()).filter(({ args }) => args.length === 0);
  }

  function objectTypesOf(type: GraphQLOutputType): readonly string[] {
    return possibleTypes(getNamedType(type).name).filter((name) => isObjectType(schema.getType(name)));
  }

  return { idField: (type) => model.idField(type), possibleTypes, hasArguments, listedTypes };
}
