// Connectors of a REST service: which HTTP request resolves a field or an entity, and what its response means. Made by
// composition from `@source` and `@connect`.
import type { GraphQLSchema } from 'graphql';
import type { HttpMethod } from '../connection.ts';
import type { FetchProfile } from '../fetch-profile.ts';
import type { HeaderFields } from './header-template.ts';
import type { Evaluate, Variables } from './mapping/compile.ts';
import type { Mapping } from './mapping/syntax.ts';

/** Text of a part of a URL, percent-encoded. @throws MappingFailure */
export type UrlPart = (variables: Variables) => string;

export interface Connector {
  /** For messages: the coordinate that it is on. */
  coordinate: string;
  method: HttpMethod;
  /** Path below the address, with expressions in braces, for operators. */
  template: string;
  /** Each is empty or begins with a slash. */
  paths: readonly UrlPart[];
  /** Parameters without a question mark; each may be empty. */
  queries: readonly UrlPart[];
  headers: HeaderFields;
  /** Null for requests without a body. */
  body: Evaluate | null;
  /** Whether bodies are `application/x-www-form-urlencoded` in place of JSON. */
  isForm: boolean;
  selection: Mapping;
  /** By default, statuses of 2xx are successes. */
  isSuccess: Evaluate | null;
  errors: { message: Evaluate | null; extensions: Evaluate | null };
  /** Whether the status 404 means that there is no such entity. */
  isEntity: boolean;
  /** Whether a response's strings may have been changed, or come from elsewhere. */
  changesTexts: boolean;
  /** Whether `$request` or `$response` is read. */
  readsHeaders: boolean;
  profile: FetchProfile;
}

/** A connector of a field that is not at the root. */
export interface FieldConnector {
  connector: Connector;
  /** Fields of the parent whose values it needs: those of `$this`. */
  needs: readonly string[];
}

/** A connector that fetches fields of entities by key. */
export interface EntityConnector {
  connector: Connector;
  /** `this` and `args`: variable with the key of one entity. `batch`: with the keys of several. */
  variable: 'this' | 'args' | 'batch';
  keys: readonly string[];
  /** Fields that its response has. */
  provides: ReadonlySet<string>;
  /** Maximum number of keys in one request; null without one. */
  maxSize: number | null;
}

/** A field of the query type by which the gateway fetches entities. */
export interface EntityLookup {
  type: string;
  keys: readonly string[];
  /** Fields of the objects that keys are; null where keys are values of the one key field. */
  properties: readonly string[] | null;
}

export interface RestService {
  /** Values of `$config`. */
  config: Readonly<Record<string, unknown>>;
  /** Its schema as the planner has it, with the lookup fields. */
  schema: GraphQLSchema;
  /** By coordinate: connectors of root fields, and of other fields. */
  roots: ReadonlyMap<string, Connector>;
  fields: ReadonlyMap<string, FieldConnector>;
  /** By name of the field. */
  lookups: ReadonlyMap<string, EntityLookup>;
  /** By type. */
  entities: ReadonlyMap<string, readonly EntityConnector[]>;
  /** Called with the connectors that a selection leads to; absent where they are not collected. */
  collect?(connector: Connector): void;
}

/** Connectors for fields that a value lacks. */
export interface EntityChoice {
  connectors: readonly EntityConnector[];
  /** Fields that none of them has. */
  uncovered: readonly string[];
}

/**
 * Chooses the connectors for fields of an entity: in few requests.
 * @param available fields whose values are known.
 * @param least minimum number of connectors, where there are any.
 */
export function chooseEntities(
  all: readonly EntityConnector[],
  available: (name: string) => boolean,
  missing: readonly string[],
  least = 0,
): EntityChoice {
  const usable = all
    .filter(({ keys }) => keys.every(available))
    .toSorted((one, other) => Number(other.variable === 'batch') - Number(one.variable === 'batch'));
  const connectors: EntityConnector[] = [];
  let left = missing;
  while (left.length > 0 || connectors.length < least) {
    const covered = (one: EntityConnector) => left.filter((name) => one.provides.has(name)).length;
    const [best] = usable
      .filter((one) => !connectors.includes(one))
      .toSorted((one, other) => covered(other) - covered(one));
    if (!best || (left.length > 0 && covered(best) === 0)) break;
    connectors.push(best);
    left = left.filter((name) => !best.provides.has(name));
  }
  return { connectors, uncovered: left };
}
