// Transforms of `@graphql-tools/wrap` that make a view's schema: first they remove the hidden elements, then they
// rename the others. Only schemas go through them; documents are mapped by `compose/renames/map-document.ts`.
import type { Transform } from '@graphql-tools/delegate';
import { MapperKind, mapSchema } from '@graphql-tools/utils';
import { FilterTypes, PruneSchema, RenameTypes, TransformCompositeFields } from '@graphql-tools/wrap';
import { type GraphQLFieldConfigArgumentMap, isIntrospectionType, isSpecifiedScalarType } from 'graphql';
import { memberCoordinate } from '../compose/schema-elements.ts';
import { isDirectiveVisible } from './dead-ends.ts';
import type { Names } from './names.ts';

/** In the order in which they are applied to a schema; names in `visible` are the graph's. */
export function viewTransforms(visible: ReadonlySet<string>, names: Names): Transform[] {
  return [
    mapMembers(visible, names),
    new FilterTypes((type) => isSpecifiedScalarType(type) || isIntrospectionType(type) || visible.has(type.name)),
    nameFields(visible, names),
    new RenameTypes((name) => names.types.get(name)),
    new PruneSchema(),
  ];
}

/**
 * Hides or renames enum values and input fields. The library's `TransformEnumValues` can only change a value, not leave
 * it out.
 */
function mapMembers(visible: ReadonlySet<string>, { members }: Names): Transform {
  return {
    transformSchema: (schema) =>
      mapSchema(schema, {
        [MapperKind.ENUM_VALUE]: (value, typeName, _schema, name) => {
          const coordinate = memberCoordinate(typeName, name);
          return visible.has(coordinate) ? [lastName(members, coordinate), value] : null;
        },
        [MapperKind.INPUT_OBJECT_FIELD]: (field, name, typeName) => {
          const coordinate = memberCoordinate(typeName, name);
          return visible.has(coordinate) ? [lastName(members, coordinate), field] : null;
        },
        [MapperKind.DIRECTIVE]: (directive) => (isDirectiveVisible(visible, directive) ? undefined : null),
      }),
  };
}

/** Hides or renames fields of objects and interfaces, with their arguments. */
function nameFields(visible: ReadonlySet<string>, { members }: Names): Transform {
  const transform = new TransformCompositeFields((typeName, fieldName, field) => {
    const coordinate = memberCoordinate(typeName, fieldName);
    if (typeName.startsWith('__')) return undefined;
    if (!visible.has(coordinate)) return null;
    return [lastName(members, coordinate), { ...field, args: nameArguments(coordinate, field.args, members) }];
  });
  // The library's record of names, by type: a type called `toString` would get `Object.prototype.toString` as its
  // entry, and write the names of its fields there.
  Object.setPrototypeOf(Reflect.get(transform, 'mapping'), null);
  return transform;
}

function nameArguments(
  field: string,
  args: GraphQLFieldConfigArgumentMap | undefined,
  members: ReadonlyMap<string, string>,
): GraphQLFieldConfigArgumentMap {
  return Object.fromEntries(
    Object.entries(args ?? {}).flatMap(([name, argument]) => {
      const viewCoordinate = members.get(`${field}(${name}:)`);
      const viewName = viewCoordinate?.slice(viewCoordinate.indexOf('(') + 1, -2);
      return viewName === undefined ? [] : [[viewName, argument]];
    }),
  );
}

/** The view name of a field. */
function lastName(members: ReadonlyMap<string, string>, coordinate: string): string {
  const viewCoordinate = members.get(coordinate) as string;
  return viewCoordinate.slice(viewCoordinate.indexOf('.') + 1);
}
