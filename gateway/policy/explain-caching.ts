// Response caching of a planned operation, as `concierge explain` prints it: the policy of the schema, the field that
// limits it, and the services whose response headers can restrict it further. Those headers are known at run time only:
// there the log and `cache.stats().restrictedBy` name the subgraph.
import { type GraphQLSchema, getNamedType, isAbstractType } from 'graphql';
import type { Rules } from '../compose/rules.ts';
import type { CheckedConfig } from '../config/config.ts';
import { milliseconds } from '../config/values.ts';
import type { Analysis, SelectedField } from './analysis.ts';

export interface ExplainCachingOptions {
  schema: GraphQLSchema;
  rules: Pick<Rules, 'fieldHints' | 'typeHints'>;
  /** Services that the plan fetches from over HTTP, by their names in the configuration. */
  services: readonly string[];
  config: Pick<CheckedConfig, 'cache' | 'subgraphs'>;
}

type CachePolicy = Pick<Analysis, 'maxAge' | 'limitedBy' | 'privateBy' | 'introspects'>;

/** A query's cache policy in words. */
export interface CachingInWords {
  /** Whether caches may store its responses at all. */
  isCacheable: boolean;
  summary: string;
  /** Its limits. */
  reasons: string[];
}

/** A line with a query's cache policy, and below it one for each of its limits. */
export function explainCaching(policy: CachePolicy, options: ExplainCachingOptions): string {
  const { summary, reasons } = cachingInWords(policy, options);
  return [summary, ...reasons.map((reason) => `    ${reason}`)].join('\n');
}

export function cachingInWords(policy: CachePolicy, options: ExplainCachingOptions): CachingInWords {
  const { services, config } = options;
  const { cache, subgraphs } = config;
  const { maxAge, limitedBy, privateBy, introspects } = policy;
  if (introspects) return notCached('introspection is not cached');
  if (!limitedBy) return notCached('it has no cacheable field');
  const limit = `${nameOf(limitedBy)} ${originOf(limitedBy, maxAge, options)}`;
  if (maxAge <= 0) return notCached(`limited by ${limit}`);
  const maxTtl = milliseconds(cache.maxTtl) / 1000;
  const honoured = services.filter(
    (name) => (subgraphs[name]?.cache?.serviceHeaders ?? cache.serviceHeaders) === 'honour',
  );
  const audience = privateBy ? 'for each caller separately, and not for anonymous callers' : 'for all callers';
  const summary = `cached for ${Math.floor(Math.min(maxAge, maxTtl))} s at most, ${audience}`;
  const reasons = [
    `limited by ${maxTtl < maxAge ? 'cache.maxTtl' : limit}`,
    ...(privateBy ? [`private because of ${nameOf(privateBy)}`] : []),
    ...(honoured.length > 0 ? [`Cache-Control of ${honoured.join(', ')} can restrict it`] : []),
    ...(cache.responses ? [] : ['by browsers and CDNs only: cache.responses is off']),
  ];
  return { isCacheable: true, summary, reasons };
}

function notCached(reason: string): CachingInWords {
  return { isCacheable: false, summary: 'not cached', reasons: [reason] };
}

function nameOf({ coordinate, path }: SelectedField): string {
  return `${coordinate} at ${path.join('.')}`;
}

/** The origin of the field's maximum age, in seconds. */
function originOf(
  { coordinate }: SelectedField,
  maxAge: number,
  { schema, rules, config }: ExplainCachingOptions,
): string {
  const onField = rules.fieldHints.get(coordinate)?.maxAge;
  if (onField !== undefined) return `(@cacheControl(maxAge: ${onField}))`;
  const types = returnTypes(coordinate, schema);
  const onType = types.find((type) => rules.typeHints.get(type)?.maxAge === maxAge);
  if (onType !== undefined) return `(type ${onType} @cacheControl(maxAge: ${maxAge}))`;
  return `(no maxAge on the field or on ${types[0]}: cache.defaultMaxAge is ${config.cache.defaultMaxAge})`;
}

/** The named type of the field, and the possible types of its objects. */
function returnTypes(coordinate: string, schema: GraphQLSchema): string[] {
  const [parent = '', name = ''] = coordinate.split('.');
  const parentType = schema.getType(parent);
  const field = parentType && 'getFields' in parentType ? parentType.getFields()[name] : undefined;
  if (!field) throw new Error(`The analysis names ${coordinate}, which the graph does not have.`);
  const type = getNamedType(field.type);
  return [type, ...(isAbstractType(type) ? schema.getPossibleTypes(type) : [])].map((one) => one.name);
}
