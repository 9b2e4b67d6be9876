// Unused lookup fields: uses of `@merge` that have no effect, since they are misplaced, or since another lookup field
// of the type takes their place.
import type { MergedTypeConfig } from '@graphql-tools/delegate';
import {
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import { mergeArguments } from './declared-directives.ts';
import { memberCoordinate } from './schema-elements.ts';

/** One message for each; none if all lookup fields are used. */
export function findUnusedLookups(
  source: string,
  schema: GraphQLSchema,
  merge: Record<string, MergedTypeConfig>,
): string[] {
  return [...misplacedLookups(source, schema), ...overwrittenLookups(source, schema, merge)];
}

/** Uses of `@merge` that have no effect. */
function misplacedLookups(source: string, schema: GraphQLSchema): string[] {
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (!isObjectType(type) && !isInterfaceType(type)) return [];
    return Object.values(type.getFields()).flatMap((field) => {
      if (!mergeArguments(schema, field)) return [];
      const coordinate = memberCoordinate(type.name, field.name);
      if (type !== schema.getQueryType()) {
        return [
          `${source}: @merge on ${coordinate} has no effect; a lookup field is a field of ` +
            `${schema.getQueryType()?.name}`,
        ];
      }
      return isCompositeType(getNamedType(field.type))
        ? []
        : [`${source}: @merge on ${coordinate} has no effect; a lookup field returns objects`];
    });
  });
}

/** Lookup fields of a type that name no key: the library uses only the last one. */
function overwrittenLookups(source: string, schema: GraphQLSchema, merge: Record<string, MergedTypeConfig>): string[] {
  const lookups = new Map<string, string[]>();
  for (const field of Object.values(schema.getQueryType()?.getFields() ?? {})) {
    const type = getNamedType(field.type);
    if (!mergeArguments(schema, field) || !isCompositeType(type)) continue;
    const types = isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
    for (const { name } of types) lookups.set(name, [...(lookups.get(name) ?? []), field.name]);
  }
  return [...lookups].flatMap(([typeName, fields]) => {
    const config = merge[typeName];
    const taken = new Set((config?.entryPoints ?? [config]).map((entryPoint) => entryPoint?.fieldName));
    return fields
      .filter((field) => !taken.has(field))
      .map(
        (field) =>
          `${source}: ${memberCoordinate(schema.getQueryType()?.name ?? 'Query', field)} is not used: of the ` +
          'lookup fields ' +
          `${fields.join(', ')} for ${typeName} one at most may leave out its key; add keyField to @merge`,
      );
  });
}
