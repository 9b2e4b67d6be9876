// Caching of a planned operation, as `concierge explain` shows it: what the schema allows, and whose response headers can still
// restrict it. What they are is known at run time only: there the log and `cache.stats().restrictedBy` name the subgraph.
import type { CheckedConfig } from '../config/config.ts';
import { milliseconds } from '../config/values.ts';
import type { Analysis } from '../policy/analysis.ts';

/**
 * One line for a query.
 * @param services that the plan's requests go to over HTTP, as the configuration calls them.
 */
export function explainCaching(
  { maxAge, private: isPrivate }: Pick<Analysis, 'maxAge' | 'private'>,
  services: readonly string[],
  { cache, subgraphs }: Pick<CheckedConfig, 'cache' | 'subgraphs'>,
): string {
  const seconds = Math.floor(Math.min(maxAge, milliseconds(cache.maxTtl) / 1000));
  if (seconds <= 0) return 'not cached: the schema (@cacheControl, cache.defaultMaxAge) allows it for no time';
  const honoured = services.filter(
    (name) => (subgraphs[name]?.cache?.serviceHeaders ?? cache.serviceHeaders) === 'honour',
  );
  const restrictions = honoured.length > 0 ? `; Cache-Control of ${honoured.join(', ')} can restrict it` : '';
  return `cached for ${seconds} s at most, ${isPrivate ? 'for each caller apart' : 'for all callers'}${restrictions}`;
}
