// Options by their paths, read from a section's schema: the names that may stand in a place, and the places of a name.
import type { z } from 'zod';

type Schema = z.core.$ZodType;

/** A schema of zod as far as it has parts: what all kinds of schemas have in their definitions. */
interface Definition {
  type: string;
  innerType?: Schema;
  in?: Schema;
  options?: readonly Schema[];
  shape?: Readonly<Record<string, Schema>>;
  valueType?: Schema;
  keyType?: Schema;
  entries?: Readonly<Record<string, unknown>>;
  element?: Schema;
  values?: readonly unknown[];
}

/** The schemas themselves that a value may have, without their defaults and transforms. */
export function alternatives(schema: Schema): Schema[] {
  const { innerType, in: input, options } = definitionOf(schema);
  if (options) return options.flatMap(alternatives);
  const inner = innerType ?? input;
  return inner ? alternatives(inner) : [schema];
}

export function definitionOf(schema: Schema): Definition {
  return schema._zod.def as Definition;
}

/** Names of the options that the object at a path may have; empty where it is no object with options. */
export function optionsAt(schema: Schema, path: readonly PropertyKey[]): string[] {
  const found = path.reduce<Schema[]>((schemas, key) => schemas.flatMap((one) => partsAt(one, key)), [schema]);
  return [...new Set(found.flatMap(alternatives).flatMap(namesIn))];
}

/** Options of an object, or the names that a record may have where those are listed. */
function namesIn(schema: Schema): string[] {
  const { shape, keyType } = definitionOf(schema);
  return Object.keys(shape ?? (keyType && definitionOf(keyType).entries) ?? {});
}

function partsAt(schema: Schema, key: PropertyKey): Schema[] {
  return alternatives(schema).flatMap((one) => {
    const { shape, valueType, element } = definitionOf(one);
    if (shape) return typeof key === 'string' && Object.hasOwn(shape, key) ? [shape[key] as Schema] : [];
    return valueType ?? element ?? [];
  });
}

/** Paths of all options of this name: `limits.depth`, `subgraphs.<name>.timeout`, `authentication.jwt[].issuer`. */
export function pathsOf(schema: Schema, name: string): string[] {
  return [...new Set(optionPaths(schema))].filter((path) => path === name || path.endsWith(`.${name}`));
}

/** Paths of all options, with their schemas' names in the order of the schema. */
export function optionPaths(schema: Schema, prefix = ''): string[] {
  return alternatives(schema).flatMap((one) => {
    const { shape, valueType, element } = definitionOf(one);
    if (valueType) return optionPaths(valueType, `${prefix}.<name>`);
    if (element) return optionPaths(element, `${prefix}[]`);
    return Object.entries(shape ?? {}).flatMap(([key, part]) => {
      const path = prefix === '' ? key : `${prefix}.${key}`;
      return [path, ...optionPaths(part, path)];
    });
  });
}
