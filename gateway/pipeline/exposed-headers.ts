// Response headers that pages of other origins may read (Fetch standard, "Access-Control-Expose-Headers"): by default,
// those by which a client waits, revalidates and reports, as far as this configuration can send them.
import type { CheckedConfig } from '../config/config.ts';
import type { CorsConfig } from '../config/cors.ts';

type ExposingConfig = Pick<CheckedConfig, 'rateLimits' | 'limits' | 'cache' | 'responseHeaders'>;

export function exposedHeaders(
  { exposeHeaders }: CorsConfig,
  { rateLimits, limits: { costHeaders }, cache, responseHeaders }: ExposingConfig,
): readonly string[] {
  if (exposeHeaders) return exposeHeaders;
  const limits = [rateLimits, ...Object.values(rateLimits.plans)];
  const isLimited = limits.some(
    ({ request, perAddress, perClient, cost, quotas = {} }) =>
      request || perAddress || perClient || cost || Object.keys(quotas).length > 0,
  );
  return [
    // Also of a gateway that is busy.
    'Retry-After',
    ...(isLimited && rateLimits.headers !== false ? ['RateLimit', 'RateLimit-Policy'] : []),
    ...(cache.responses ? ['ETag'] : []),
    'x-request-id',
    ...(costHeaders ? ['x-cost-estimated', 'x-cost-actual', 'x-cost-max'] : []),
    // Browsers expose no cookies.
    ...Object.keys(responseHeaders).filter((name) => name !== 'set-cookie'),
  ];
}
