// The usable part of a configuration with errors: the options without problems, so that schemas, clients and documents are
// checked all the same.
import { check } from '../../config/checked.ts';
import { type CheckedConfig, gatewayConfigSchema } from '../../config/config.ts';
import type { ConfigProblem } from '../../config/config-error.ts';

export interface UsableConfig {
  /** Null where nothing can be used. */
  config: CheckedConfig | null;
  problems: readonly ConfigProblem[];
  /** Whether all services and schemas are there, so that they can be composed. */
  isComposable: boolean;
}

/** Removing an option can only make another one wrong that depends on it. */
const MAX_ATTEMPTS = 10;

/** In place of an address: nothing is sent. */
const noAddress = 'http://127.0.0.1:9';

/** @param source file of the configuration. @param origins of values that come from elsewhere. */
export function usableConfig(
  value: Readonly<Record<string, unknown>>,
  source: string,
  origins: ReadonlyMap<string, string>,
): UsableConfig {
  const all = check(gatewayConfigSchema, value, { source, origins });
  let usable: unknown = value;
  let isComposable = true;
  let { data, problems } = all;
  for (let attempt = 0; !data && attempt < MAX_ATTEMPTS; attempt++) {
    for (const { keys = [] } of problems) {
      if (/^(subgraphs|supergraph|fields)$/.test(String(keys[0])) && !isSetting(keys)) isComposable = false;
      usable = isAddress(keys)
        ? withValue(usable, keys.slice(0, 3), noAddress)
        : withValue(usable, optionOf(usable, keys));
    }
    ({ data, problems } = check(gatewayConfigSchema, usable, { source }));
  }
  return { config: data ?? null, problems: all.problems, isComposable: isComposable && data !== undefined };
}

function isAddress([section, , option]: readonly PropertyKey[]): boolean {
  return section === 'subgraphs' && option === 'url';
}

/** An option of a service without which it can be composed. */
function isSetting([section, , option]: readonly PropertyKey[]): boolean {
  return section === 'subgraphs' && option !== undefined && !/^(schema|directives|transforms)$/.test(String(option));
}

/** The path to remove: of a list, the whole option; of what is missing, the object that lacks it. */
function optionOf(value: unknown, keys: readonly PropertyKey[]): readonly PropertyKey[] {
  const item = keys.findIndex((key) => typeof key === 'number');
  const path = item === -1 ? keys : keys.slice(0, item);
  return path.length > 1 && valueAt(value, path) === undefined ? path.slice(0, -1) : path;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (parent, key) => (typeof parent === 'object' && parent !== null ? Reflect.get(parent, key) : undefined),
    value,
  );
}

/** A copy with another value at this path, or without it. */
function withValue(value: unknown, [key, ...rest]: readonly PropertyKey[], replacement?: string): unknown {
  if (key === undefined) return replacement;
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<PropertyKey, unknown> = { ...value };
  const part = withValue(copy[key], rest, replacement);
  if (part === undefined) delete copy[key];
  else copy[key] = part;
  return copy;
}
