// Gateway fields: root fields that are for the gateway alone, and that clients do not see: lookup fields, and those by
// which a service describes itself.
import { type GraphQLField, type GraphQLSchema, isObjectType } from 'graphql';
import { declaredDirectives } from './declared-directives.ts';
import { rootTypeNamesOf } from './root-types.ts';
import { memberCoordinate } from './schema-elements.ts';

/** Of the stitching handbook, and of the Apollo Federation subgraph specification. */
const selfDescriptions: ReadonlySet<string> = new Set(['_sdl', '_service', '_entities']);

/**
 * Whether a field of a root type is for the gateway alone: its name begins with `_`, and it has `@merge` or is one of a
 * known name.
 */
export function isGatewayField(field: Pick<GraphQLField<unknown, unknown>, 'name' | 'astNode'>): boolean {
  if (!field.name.startsWith('_')) return false;
  return selfDescriptions.has(field.name) || declaredDirectives(field, 'merge').length > 0;
}

/** Coordinates of root fields that are for the gateway alone, in one of the sources. */
export function gatewayFieldsIn(sources: readonly GraphQLSchema[]): Set<string> {
  const found = new Set<string>();
  for (const schema of sources) {
    for (const name of rootTypeNamesOf(schema)) {
      const type = schema.getType(name);
      if (!isObjectType(type)) continue;
      for (const field of Object.values(type.getFields())) {
        if (isGatewayField(field)) found.add(memberCoordinate(name, field.name));
      }
    }
  }
  return found;
}
