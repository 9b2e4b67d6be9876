// Renames between two schemas; "outer" is the one that requests are written for. A service with transforms is renamed
// for the graph, the graph for a client's view.
import { type GraphQLSchema, getNamedType, isAbstractType, isInterfaceType, isObjectType } from 'graphql';

/** A field whose name or arguments are renamed. */
export interface RenamedField {
  /** The inner name. */
  name: string;
  /** Outer names to inner names, of the renamed arguments. */
  arguments: ReadonlyMap<string, string>;
}

/** The renamed elements of a schema. Elements in none of the maps have the same name in both. */
export interface Renames {
  /** Outer names to inner names. */
  types: ReadonlyMap<string, string>;
  /** By the outer `Type.field`. */
  fields: ReadonlyMap<string, RenamedField>;
  /** Inner names by the outer `Input.field`. */
  inputFields: ReadonlyMap<string, string>;
  /** Renamed values by the outer name of the enum: outer names to inner names. */
  values: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

export const noRenames: Renames = { types: new Map(), fields: new Map(), inputFields: new Map(), values: new Map() };

export function isEmpty({ types, fields, inputFields, values }: Renames): boolean {
  return types.size + fields.size + inputFields.size + values.size === 0;
}

/** The map in the other direction. */
export function inverted(map: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...map].map(([one, other]) => [other, one]));
}

/** The same renames in the other direction. */
export function invertRenames({ types, fields, inputFields, values }: Renames): Renames {
  const inner = (type: string) => types.get(type) ?? type;
  const split = (coordinate: string) => coordinate.split('.') as [string, string];
  return {
    types: inverted(types),
    fields: new Map(
      [...fields].map(([coordinate, field]) => {
        const [type, name] = split(coordinate);
        return [`${inner(type)}.${field.name}`, { name, arguments: inverted(field.arguments) }];
      }),
    ),
    inputFields: new Map(
      [...inputFields].map(([coordinate, field]) => {
        const [type, name] = split(coordinate);
        return [`${inner(type)}.${field}`, name];
      }),
    ),
    values: new Map([...values].map(([type, names]) => [inner(type), inverted(names)])),
  };
}

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
