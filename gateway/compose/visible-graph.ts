// Client-visible graph: the stitched schema with the merged definitions of shared types, without inaccessible elements
// and without what is for the gateway alone: its directives, lookup fields, and the types that only lookup fields use.
import { MapperKind, mapSchema } from '@graphql-tools/utils';
import {
  type GraphQLArgumentConfig,
  GraphQLEnumType,
  type GraphQLFieldConfig,
  type GraphQLInputFieldConfig,
  GraphQLInputObjectType,
  GraphQLInterfaceType,
  type GraphQLNamedType,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLUnionType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
} from 'graphql';
import { declaredDirectives } from './declared-directives.ts';
import { withDefer } from './defer-directive.ts';
import { type MergedDirectives, visibleDirective } from './executable-directives.ts';
import { gatewayFieldsIn } from './gateway-fields.ts';
import type { MergedInputValue } from './merge/arguments.ts';
import type { MergedTypes } from './merge/merge-types.ts';
import { typeFromText } from './merge/type-references.ts';
import { withoutUnreachableTypes } from './pruned-schema.ts';
import { publishedTypes } from './published-types.ts';
import { argumentCoordinate, elementsOf, memberCoordinate } from './schema-elements.ts';

/**
 * @param sources the subgraphs' schemas.
 * @param inaccessible coordinates that clients do not see.
 * @param directives of services, for operations.
 */
export function visibleGraph(
  stitched: GraphQLSchema,
  { types }: Pick<MergedTypes, 'types'>,
  sources: readonly GraphQLSchema[],
  inaccessible: ReadonlySet<string>,
  directives: MergedDirectives['directives'],
): GraphQLSchema {
  const forGateway = gatewayFieldsIn(sources);
  const typeOf = (text: string) => typeFromText(text, (name) => stitched.getType(name) ?? undefined) as never;

  const value = <Config extends GraphQLArgumentConfig | GraphQLInputFieldConfig>(
    config: Config,
    coordinate: string,
    merged: MergedInputValue | null | undefined,
  ): Config | null => {
    if (inaccessible.has(coordinate) || merged === null) return null;
    if (!merged) return config;
    const { description, deprecationReason, type } = merged;
    return { ...config, description, deprecationReason, type: typeOf(type) };
  };

  const field = (config: GraphQLFieldConfig<unknown, unknown>, name: string, type: string) => {
    const fields = types.get(type)?.fields;
    const merged = fields?.get(name);
    if (inaccessible.has(memberCoordinate(type, name)) || (fields && !merged)) return null;
    const args = Object.entries(config.args ?? {}).flatMap(([argument, each]) => {
      const found = value(each, argumentCoordinate(type, name, argument), merged?.arguments.get(argument));
      return found ? [[argument, found] as const] : [];
    });
    if (!merged) return { ...config, args: Object.fromEntries(args) };
    const { description, deprecationReason } = merged;
    return { ...config, args: Object.fromEntries(args), description, deprecationReason, type: typeOf(merged.type) };
  };

  const deferring = new GraphQLSchema({ ...stitched.toConfig(), directives: withDefer(stitched.getDirectives()) });
  const visible = mapSchema(deferring, {
    [MapperKind.TYPE]: (type) => {
      if (inaccessible.has(type.name)) return null;
      const merged = types.get(type.name);
      return merged && !isSpecifiedScalarType(type) ? described(type, merged.description, merged.isOneOf) : undefined;
    },
    [MapperKind.COMPOSITE_FIELD]: field,
    [MapperKind.ROOT_FIELD]: (config, name, type) =>
      forGateway.has(memberCoordinate(type, name)) ? null : field(config, name, type),
    [MapperKind.INPUT_OBJECT_FIELD]: (config, name, type) =>
      value(config, memberCoordinate(type, name), types.get(type)?.inputFields?.get(name)),
    [MapperKind.ENUM_VALUE]: (config, type, _schema, name) => {
      const values = types.get(type)?.values;
      const merged = values?.get(name);
      if (inaccessible.has(memberCoordinate(type, name)) || (values && !merged)) return null;
      return merged ? { ...config, ...merged } : undefined;
    },
    [MapperKind.DIRECTIVE]: (directive) => visibleDirective(directive, directives, typeOf),
  });
  const pruned = withoutUnreachableTypes(visible, publishedTypes(sources));
  const description = sources.find((source) => source.description)?.description;
  return description ? new GraphQLSchema({ ...pruned.toConfig(), description }) : pruned;
}

function described(type: GraphQLNamedType, description: string | undefined, isOneOf = false): GraphQLNamedType {
  if (isObjectType(type)) return new GraphQLObjectType({ ...type.toConfig(), description });
  if (isInterfaceType(type)) return new GraphQLInterfaceType({ ...type.toConfig(), description });
  if (isInputObjectType(type)) return new GraphQLInputObjectType({ ...type.toConfig(), description, isOneOf });
  if (isEnumType(type)) return new GraphQLEnumType({ ...type.toConfig(), description });
  if (isScalarType(type)) return new GraphQLScalarType({ ...type.toConfig(), description });
  return new GraphQLUnionType({ ...type.toConfig(), description });
}

/** The schema without the elements that it marks with `@inaccessible`. */
export function withoutInaccessible(schema: GraphQLSchema): GraphQLSchema {
  const inaccessible = inaccessibleIn([schema]);
  if (inaccessible.size === 0) return schema;
  const visible = (coordinate: string) => (inaccessible.has(coordinate) ? null : undefined);
  return mapSchema(schema, {
    [MapperKind.TYPE]: ({ name }) => visible(name),
    [MapperKind.COMPOSITE_FIELD]: (config, name, type) => {
      if (inaccessible.has(memberCoordinate(type, name))) return null;
      const args = Object.entries(config.args ?? {});
      return {
        ...config,
        args: Object.fromEntries(args.filter(([each]) => !inaccessible.has(argumentCoordinate(type, name, each)))),
      };
    },
    [MapperKind.INPUT_OBJECT_FIELD]: (_config, name, type) => visible(memberCoordinate(type, name)),
    [MapperKind.ENUM_VALUE]: (_config, type, _schema, name) => visible(memberCoordinate(type, name)),
  });
}

/**
 * Coordinates that are hidden from clients, since a source marks them with `@inaccessible`.
 * @param sources the subgraphs' schemas, with the nodes of their SDL.
 */
export function inaccessibleIn(sources: readonly GraphQLSchema[]): Set<string> {
  return new Set(
    sources.flatMap((source) =>
      elementsOf(source)
        .filter(({ node }) => declaredDirectives(node, 'inaccessible').length > 0)
        .map(({ coordinate }) => coordinate),
    ),
  );
}
