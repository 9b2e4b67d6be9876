// Renames of root types, which have one name in the graph for all services.
import { type GraphQLSchema, getNamedType, isAbstractType, isInterfaceType, isObjectType } from 'graphql';
import { isEmpty, type Renames } from './renames.ts';

/**
 * Adds the renames of root types to a service's. Where nothing else is renamed, a root type's rename is added only if
 * its objects can be in a response below the root: requests do not name it elsewhere.
 * @param renames with fields of root types under the service's name of the type.
 * @param ownNames the service's name of each renamed root type, by the graph's name.
 * @param schema of the service, with the graph's names.
 */
export function withRootNames(renames: Renames, ownNames: ReadonlyMap<string, string>, schema: GraphQLSchema): Renames {
  const types = [...ownNames].filter(([inGraph]) => !isEmpty(renames) || standsBelow(schema, inGraph));
  if (types.length === 0) return renames;
  const graphNames = new Map(types.map(([inGraph, own]) => [own, inGraph]));
  return {
    ...renames,
    types: new Map([...renames.types, ...types]),
    fields: new Map(
      [...renames.fields].map(([coordinate, field]) => {
        const [type = '', name] = coordinate.split('.');
        return [`${graphNames.get(type) ?? type}.${name}`, field];
      }),
    ),
  };
}

function standsBelow(schema: GraphQLSchema, root: string): boolean {
  return Object.values(schema.getTypeMap()).some((type) => {
    if (isAbstractType(type)) return schema.getPossibleTypes(type).some(({ name }) => name === root);
    if (!isObjectType(type) && !isInterfaceType(type)) return false;
    return Object.values(type.getFields()).some((field) => getNamedType(field.type).name === root);
  });
}
