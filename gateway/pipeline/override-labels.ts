// Labels of progressive overrides that hold for a request. They become part of cache keys.
import type { OverrideLabels } from '../policy/override-labels.ts';
import type { RequestContext } from './request-context.ts';

export function labelsFor(overrideLabels: OverrideLabels, context: RequestContext): string {
  const { address, client, identity, requestHeaders } = context;
  const labels = overrideLabels.of({
    address,
    client,
    identity: identity?.key ?? null,
    header: (name) => requestHeaders[name.toLowerCase()]?.toString(),
  });
  context.varyBy('overrides', labels);
  return labels;
}
