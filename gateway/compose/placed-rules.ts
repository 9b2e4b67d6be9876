// Validation of rule placement: every directive that protects, limits, prices, caches or stands in must apply to a coordinate of
// the graph, or composition fails. A lost rule would go unnoticed in production.
import {
  DirectiveLocation,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { declaredDirectives } from './declared-directives.ts';
import { gatewayFieldsIn } from './gateway-fields.ts';
import { rootTypeNamesOf } from './root-types.ts';
import { elementsOf, type SchemaElement } from './schema-elements.ts';
import { ownDirectiveLocations } from './sdl.ts';

/** Directives that declare rules. `@tag` and the directives for merging types have no effect of their own. */
const rules: ReadonlySet<string> = new Set([
  'authenticated',
  'requiresScopes',
  'policy',
  'rateLimit',
  'cost',
  'listSize',
  'cacheControl',
  'invalidates',
  'fallback',
]);

export interface RuleSource {
  name: string;
  schema: GraphQLSchema;
}

/**
 * One message for each rule that would not be enforced, with its source and coordinate; none if all are.
 * @param stitched the graph with the fields that clients do not see.
 * @param visible the graph as clients see it.
 */
export function findLostRules(
  sources: readonly RuleSource[],
  stitched: GraphQLSchema,
  visible: GraphQLSchema,
): string[] {
  const known = coordinatesIn(stitched);
  const shown = coordinatesIn(visible);
  return sources.flatMap(({ name, schema }) => {
    const roots = rootTypeNamesOf(schema);
    const forGateway = gatewayFieldsIn([schema]);
    return elementsOf(schema).flatMap((element) => {
      const { coordinate, type } = element;
      return directivesOn(element).flatMap((directive) => {
        const called = `${name}: @${directive} on ${coordinate}`;
        if (!ownDirectiveLocations(directive).has(locationOf(schema, element))) {
          return [`${called} would not be enforced: @${directive} has no effect in this location`];
        }
        if (shown.has(coordinate)) return [];
        if (!known.has(coordinate)) return [`${called} would be lost: the graph has no ${coordinate}`];
        return roots.has(type) && forGateway.has(coordinate)
          ? [
              `${called} has no effect: the field is for the gateway, and clients never send it; ` +
                'put the directive on the type that it returns, or on its fields',
            ]
          : [];
      });
    });
  });
}

function coordinatesIn(schema: GraphQLSchema): Set<string> {
  return new Set(elementsOf(schema).map(({ coordinate }) => coordinate));
}

function directivesOn({ node }: SchemaElement): string[] {
  return declaredDirectives(node)
    .map((directive) => directive.name.value)
    .filter((name) => rules.has(name));
}

function locationOf(schema: GraphQLSchema, { type, member, argument }: SchemaElement): DirectiveLocation {
  const holder = schema.getType(type);
  if (argument !== undefined) return DirectiveLocation.ARGUMENT_DEFINITION;
  if (isEnumType(holder)) return member === undefined ? DirectiveLocation.ENUM : DirectiveLocation.ENUM_VALUE;
  if (isInputObjectType(holder)) {
    return member === undefined ? DirectiveLocation.INPUT_OBJECT : DirectiveLocation.INPUT_FIELD_DEFINITION;
  }
  if (member !== undefined) return DirectiveLocation.FIELD_DEFINITION;
  if (isObjectType(holder)) return DirectiveLocation.OBJECT;
  if (isInterfaceType(holder)) return DirectiveLocation.INTERFACE;
  return isUnionType(holder) ? DirectiveLocation.UNION : DirectiveLocation.SCALAR;
}
