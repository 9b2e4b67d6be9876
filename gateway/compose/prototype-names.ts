// Fields with names that every JavaScript object has a member of (`constructor`, `toString`). @graphql-tools/stitch 10.3.1 takes
// the inherited member for an entry of its own (`createMergedTypes`) and fails: it is given types without such fields, and its
// result gets them back.
import type { MergedTypeConfig, SubschemaConfig } from '@graphql-tools/delegate';
import { MapperKind, mapSchema } from '@graphql-tools/utils';
import {
  type GraphQLFieldConfig,
  GraphQLInterfaceType,
  GraphQLObjectType,
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
} from 'graphql';

type Fields = Record<string, GraphQLFieldConfig<unknown, unknown>>;

/** Stitches, whatever fields are called. Plans execute these fields; fallback execution gives an error for them. */
export function stitchAnyNames(
  subschemas: readonly SubschemaConfig[],
  stitch: (subschemas: SubschemaConfig[]) => GraphQLSchema,
): GraphQLSchema {
  const taken = new Map<string, Fields>();
  const stitched = stitch(subschemas.map((subschema) => withoutInheritedNames(subschema, taken)));
  return taken.size === 0 ? stitched : withFields(stitched, taken);
}

function withoutInheritedNames(subschema: SubschemaConfig, taken: Map<string, Fields>): SubschemaConfig {
  const names = Object.entries(subschema.merge ?? {}).flatMap(([type, merge]) => namesToTake(subschema, type, merge));
  if (names.length === 0) return subschema;
  const schema = mapSchema(subschema.schema, {
    [MapperKind.COMPOSITE_FIELD]: (config, name, type) => {
      if (!names.includes(`${type}.${name}`)) return undefined;
      const fields = taken.get(type) ?? {};
      // A property of its own, whatever its name is.
      taken.set(type, { [name]: config, ...fields });
      return null;
    },
  });
  return { ...subschema, schema };
}

/** Coordinates. What objects are looked up by stays: the library does not stumble over it. */
function namesToTake({ schema }: SubschemaConfig, type: string, merge: MergedTypeConfig): string[] {
  const merged = schema.getType(type);
  if (!isObjectType(merged) && !isInterfaceType(merged)) return [];
  const keys = [merge, ...(merge.entryPoints ?? [])].map(({ selectionSet = '' }) => selectionSet).join(' ');
  const isKey = (name: string) => new RegExp(`\\b${name}\\b`).test(keys);
  return Object.keys(merged.getFields()).flatMap((name) =>
    name in Object.prototype && !isKey(name) ? [`${type}.${name}`] : [],
  );
}

function withFields(schema: GraphQLSchema, added: ReadonlyMap<string, Fields>): GraphQLSchema {
  const all = (type: string, fields: Fields): Fields => {
    const missing = Object.entries(added.get(type) ?? {}).filter(([name]) => !Object.hasOwn(fields, name));
    return { ...fields, ...Object.fromEntries(missing.map(([name, config]) => [name, notStitched(config)])) };
  };
  return mapSchema(schema, {
    [MapperKind.OBJECT_TYPE]: (type) => {
      const config = type.toConfig();
      return added.has(type.name) ? new GraphQLObjectType({ ...config, fields: all(type.name, config.fields) }) : type;
    },
    [MapperKind.INTERFACE_TYPE]: (type) => {
      const config = type.toConfig();
      return added.has(type.name)
        ? new GraphQLInterfaceType({ ...config, fields: all(type.name, config.fields) })
        : type;
    },
  });
}

function notStitched(config: GraphQLFieldConfig<unknown, unknown>): GraphQLFieldConfig<unknown, unknown> {
  return {
    ...config,
    resolve(_object, _args, _context, { parentType, fieldName }) {
      throw new Error(`${parentType.name}.${fieldName} is only executed by plans.`);
    },
  };
}
