// Root fields that several sources serve: `@canonical` marks the source that they are fetched from.
import { type GraphQLField, type GraphQLNamedType, type GraphQLSchema, isObjectType } from 'graphql';
import { declaredDirectives } from '../declared-directives.ts';
import { isGatewayField } from '../gateway-fields.ts';
import { rootTypeNamesOf } from '../root-types.ts';
import { memberCoordinate } from '../schema-elements.ts';
import { listed, membersByName, type NamedSchema, type Sourced } from './sources.ts';

/** One message for each root field that several sources serve and none, or more than one, marks with `@canonical`. */
export function rootConflicts(typeName: string, definitions: readonly Sourced<GraphQLNamedType>[]): string[] {
  return [...sharedFields(definitions)].flatMap(([fieldName, fields]) => {
    if (fields.filter(({ node }) => isCanonical(node)).length === 1) return [];
    const servers = listed(fields.map(({ source }) => source));
    return [
      `${memberCoordinate(typeName, fieldName)} is served by ${servers}; rename one with subgraphs.….transforms, ` +
        'or mark the one to use with @canonical',
    ];
  });
}

/** `source Type.field` of root fields for which another source has `@canonical`. */
export function overruledRootFields(sources: readonly NamedSchema[]): Set<string> {
  const overruled = new Set<string>();
  for (const typeName of new Set(sources.flatMap(({ schema }) => [...rootTypeNamesOf(schema)]))) {
    for (const [fieldName, fields] of sharedFields(definitionsOf(typeName, sources))) {
      if (!fields.some(({ node }) => isCanonical(node))) continue;
      for (const { source, node } of fields) {
        if (!isCanonical(node)) overruled.add(`${source} ${memberCoordinate(typeName, fieldName)}`);
      }
    }
  }
  return overruled;
}

function definitionsOf(typeName: string, sources: readonly NamedSchema[]): Sourced<GraphQLNamedType>[] {
  return sources.flatMap(({ name, schema }) => {
    const type = rootNamed(schema, typeName);
    return type ? [{ source: name, node: type }] : [];
  });
}

function rootNamed(schema: GraphQLSchema, typeName: string): GraphQLNamedType | undefined {
  return rootTypeNamesOf(schema).has(typeName) ? schema.getType(typeName) : undefined;
}

function sharedFields(
  definitions: readonly Sourced<GraphQLNamedType>[],
): Map<string, Sourced<GraphQLField<unknown, unknown>>[]> {
  const byName = membersByName<GraphQLNamedType, GraphQLField<unknown, unknown>>(definitions, (type) =>
    isObjectType(type) ? Object.values(type.getFields()).filter((field) => !isGatewayField(field)) : [],
  );
  for (const [name, { length }] of byName) if (length < 2) byName.delete(name);
  return byName;
}

function isCanonical(field: GraphQLField<unknown, unknown>): boolean {
  return declaredDirectives(field, 'canonical').length > 0;
}
