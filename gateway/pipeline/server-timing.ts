// `Server-Timing` of a response in development (https://www.w3.org/TR/server-timing/): the whole time, and for each
// subgraph the sum of its requests.
import { Rejection } from '../policy/rejection.ts';
import type { RequestContext } from './request-context.ts';
import type { Outcome } from './stages.ts';

/** Adds the header field to the response, unless it is that of a batch, or another handler executes the request. */
export function addServerTiming(context: RequestContext, outcome: Outcome): void {
  if (context.isBatch || context.nested > 0) return;
  if (outcome instanceof Rejection && outcome.part === 'document') return;
  const sums = new Map<string, number>();
  context.calls.map(({ subgraph, duration }) => sums.set(subgraph, (sums.get(subgraph) ?? 0) + duration));
  const metrics = [['total', performance.now() - context.started] as const, ...sums];
  context.headers.push(['server-timing', metrics.map(([name, sum]) => metric(name, sum)).join(', ')]);
}

/** Names of metrics are tokens. */
function metric(name: string, milliseconds: number): string {
  return `${name.replaceAll(/[^\w-]/g, '_')};dur=${milliseconds.toFixed(1)}`;
}
