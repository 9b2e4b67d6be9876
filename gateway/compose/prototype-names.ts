// Names that are members of every JavaScript object (`constructor`, `toString`). @graphql-tools/stitch 10.3.1 and its
// stitching directives take the inherited member for an entry of their own in many places: they get schemas and objects
// without such names.
import type { MergedTypeConfig, MergedTypeEntryPoint, SubschemaConfig } from '@graphql-tools/delegate';
import { MapperKind, mapSchema } from '@graphql-tools/utils';
import {
  type DocumentNode,
  type GraphQLFieldConfig,
  GraphQLInterfaceType,
  GraphQLObjectType,
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
  visit,
} from 'graphql';
import { isInherited, ownProperties } from '../json/own-properties.ts';

/** Problems with names in a document: `__proto__` is the prototype of every JavaScript object. */
export function unusableNames(document: DocumentNode): string[] {
  const problems: string[] = [];
  visit(document, {
    Name(node, _key, parent) {
      if (node.value !== '__proto__' || !parent || !('kind' in parent) || !parent.kind.endsWith('Definition')) return;
      const line = node.loc ? ` (line ${node.loc.startToken.line})` : '';
      problems.push(`"__proto__" cannot be the name of anything${line}: names that begin with "__" are reserved`);
    },
  });
  return problems;
}

type Fields = Record<string, GraphQLFieldConfig<unknown, unknown>>;

/** Stitches subschemas with any names, for their types: plans execute the fields. */
export function stitchAnyNames(
  subschemas: readonly SubschemaConfig[],
  stitch: (subschemas: SubschemaConfig[]) => GraphQLSchema,
): GraphQLSchema {
  const taken = new Map<string, Fields>();
  const withoutFields = subschemas.map((subschema) => withoutInheritedNames(subschema, taken));
  const unmerged = new Set(withoutFields.flatMap(unmergeableTypes));
  const stitched = stitch(
    unmerged.size === 0 ? withoutFields : withoutFields.map((one) => withoutMerge(one, unmerged)),
  );
  return taken.size === 0 ? stitched : withFields(stitched, taken);
}

/** Types that the library cannot merge, because of their name or the name of a key field. */
function unmergeableTypes({ schema, merge = {} }: SubschemaConfig): string[] {
  const types = Object.keys(merge).filter((name) => {
    const type = schema.getType(name);
    const fields = isObjectType(type) || isInterfaceType(type) ? Object.keys(type.getFields()) : [];
    return [name, ...fields].some(isInherited);
  });
  // If a subschema has computed fields, the library processes all of its types.
  const isAnyInherited = Object.keys(schema.getTypeMap()).some(isInherited);
  const computed = Object.entries(merge).filter(([, { fields = {} }]) => Object.keys(fields).length > 0);
  return isAnyInherited ? [...types, ...computed.map(([name]) => name)] : types;
}

function withoutMerge(subschema: SubschemaConfig, types: ReadonlySet<string>): SubschemaConfig {
  const merge = Object.entries(subschema.merge ?? {}).filter(([name]) => !types.has(name));
  return { ...subschema, merge: Object.fromEntries(merge) };
}

/** Wraps the functions that make keys, so that they read own properties only. */
export function withOwnKeys(subschema: SubschemaConfig): SubschemaConfig {
  const { schema, merge } = subschema;
  const hasInherited = Object.values(schema.getTypeMap()).some(
    (type) => (isObjectType(type) || isInterfaceType(type)) && Object.keys(type.getFields()).some(isInherited),
  );
  if (!merge || !hasInherited) return subschema;
  const own = <Config extends MergedTypeEntryPoint>(config: Config): Config => {
    const { key, args } = config;
    return {
      ...config,
      ...(key && { key: (object: unknown) => key(ownProperties(object)) }),
      ...(args && { args: (object: unknown) => args(ownProperties(object)) }),
    };
  };
  const owned = Object.entries(merge).map(([type, config]) => [
    type,
    { ...own(config), ...(config.entryPoints && { entryPoints: config.entryPoints.map(own) }) },
  ]);
  return { ...subschema, merge: Object.fromEntries(owned) };
}

function withoutInheritedNames(subschema: SubschemaConfig, taken: Map<string, Fields>): SubschemaConfig {
  const names = Object.entries(subschema.merge ?? {}).flatMap(([type, merge]) =>
    fieldsToRemove(subschema, type, merge),
  );
  if (names.length === 0) return subschema;
  const schema = mapSchema(subschema.schema, {
    [MapperKind.COMPOSITE_FIELD]: (config, name, type) => {
      if (!names.includes(`${type}.${name}`)) return undefined;
      const fields = taken.get(type) ?? {};
      // An own property, whatever its name is.
      taken.set(type, { [name]: config, ...fields });
      return null;
    },
  });
  const merge = Object.entries(subschema.merge ?? {}).map(([type, config]) => [
    type,
    withoutFields(type, config, names),
  ]);
  return { ...subschema, schema, merge: Object.fromEntries(merge) };
}

/** Removes the configuration of removed computed fields: their inputs are of no use without them. */
function withoutFields(type: string, config: MergedTypeConfig, names: readonly string[]): MergedTypeConfig {
  if (!config.fields) return config;
  const left = Object.entries(config.fields).filter(([name]) => !names.includes(`${type}.${name}`));
  return { ...config, fields: Object.fromEntries(left) };
}

/** Coordinates of fields to remove. Key fields stay: the library handles their names. */
function fieldsToRemove({ schema }: SubschemaConfig, type: string, merge: MergedTypeConfig): string[] {
  const merged = schema.getType(type);
  if (!isObjectType(merged) && !isInterfaceType(merged)) return [];
  const keys = [merge, ...(merge.entryPoints ?? [])].map(({ selectionSet = '' }) => selectionSet).join(' ');
  const isKey = (name: string) => new RegExp(`\\b${name}\\b`).test(keys);
  return Object.keys(merged.getFields()).flatMap((name) =>
    isInherited(name) && !isKey(name) ? [`${type}.${name}`] : [],
  );
}

function withFields(schema: GraphQLSchema, added: ReadonlyMap<string, Fields>): GraphQLSchema {
  const all = (type: string, fields: Fields): Fields => {
    const missing = Object.entries(added.get(type) ?? {}).filter(([name]) => !Object.hasOwn(fields, name));
    return { ...fields, ...Object.fromEntries(missing) };
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
