// Published types: types that no field of their service returns, such as payloads of webhooks. They are part of the
// graph; types that only lookup fields use are not.
import {
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  isUnionType,
} from 'graphql';
import { rootTypeNamesOf } from './root-types.ts';
import { ownDefinitions } from './sdl.ts';

/** Names of the types that no field of their source leads to. */
export function publishedTypes(sources: readonly GraphQLSchema[]): Set<string> {
  const published = new Set<string>();
  for (const source of sources) {
    const reached = reachedIn(source);
    for (const type of Object.values(source.getTypeMap())) {
      if (isIntrospectionType(type) || isSpecifiedScalarType(type) || ownDefinitions.has(type.name)) continue;
      if (!reached.has(type.name)) published.add(type.name);
    }
  }
  return published;
}

function reachedIn(schema: GraphQLSchema): Set<string> {
  const reached = new Set<string>();
  const waiting: GraphQLNamedType[] = [];
  const reach = (type: GraphQLNamedType | undefined) => {
    if (!type || reached.has(type.name)) return;
    reached.add(type.name);
    waiting.push(type);
  };
  for (const name of rootTypeNamesOf(schema)) reach(schema.getType(name));
  // Enums and inputs in the arguments of directives belong to the directive.
  for (const directive of schema.getDirectives()) for (const { type } of directive.args) reach(getNamedType(type));
  for (let type = waiting.pop(); type; type = waiting.pop()) {
    if (isUnionType(type)) for (const member of type.getTypes()) reach(member);
    if (isInputObjectType(type)) for (const field of Object.values(type.getFields())) reach(getNamedType(field.type));
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const each of type.getInterfaces()) reach(each);
    if (isInterfaceType(type)) for (const member of schema.getPossibleTypes(type)) reach(member);
    for (const field of Object.values(type.getFields())) {
      reach(getNamedType(field.type));
      for (const argument of field.args) reach(getNamedType(argument.type));
    }
  }
  return reached;
}
