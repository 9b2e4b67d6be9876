// Batches of operations in one HTTP request: their limit, and their share of the caller's requests.
import type { Plugin } from 'graphql-yoga';
import type { LimitsConfig } from '../config/limits.ts';
import { isMeasured } from '../config/measure-mode.ts';
import { useBatchLimit } from '../policy/limits/request-size.ts';
import { type RequestLimits, rateLimitError } from '../policy/rate-limits/index.ts';
import type { MeasuredRejection } from '../telemetry/measured-rejections.ts';
import { exchangeOf, type PluginContext } from './plugin-context.ts';

type BatchLimits = Pick<LimitsConfig, 'batch' | 'mode'>;

/** Yoga's own option, which has to allow the batches that `batchPlugins` does. */
export function batching({ batch, mode }: BatchLimits): false | { limit: number } {
  if (batch === false) return false;
  return { limit: isMeasured(mode, 'batch') ? Number.POSITIVE_INFINITY : batch };
}

export function batchPlugins(
  { batch, mode }: BatchLimits,
  requestLimits: RequestLimits,
): (Plugin | Plugin<PluginContext>)[] {
  const record = (serverContext: object, rejection: MeasuredRejection) =>
    exchangeOf(serverContext).context.wouldReject(rejection);
  return [useBatchLimit(batch, isMeasured(mode, 'batch') ? record : undefined), useBatchCounting(requestLimits)];
}

/** Counts each operation of a batch as a request; the first has been counted before the body was read. */
function useBatchCounting(requestLimits: RequestLimits): Plugin<PluginContext> {
  return {
    onRequestParse: ({ serverContext }) => ({
      async onRequestParseDone({ requestParserResult }) {
        if (!Array.isArray(requestParserResult) || requestParserResult.length < 2) return;
        const { context: gateway } = exchangeOf(serverContext);
        const { rejected, measured } = await requestLimits.consume(gateway.caller, requestParserResult.length - 1);
        for (const each of measured) gateway.wouldReject(each);
        if (!rejected) return;
        throw rateLimitError(rejected, { 'retry-after': String(rejected.retryAfter) });
      },
    }),
  };
}
