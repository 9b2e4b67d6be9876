// Opens the subscription transport of a subgraph, with the protocol and the addresses that its settings have.
import type { SubgraphSeries } from '../../telemetry/metrics/subgraph-metrics.ts';
import type { SourceAddress } from '../address-source.ts';
import type { Breaker } from '../breaker.ts';
import type { UpstreamOptions } from '../upstream.ts';
import { Upstreams, type UpstreamsOptions } from '../upstreams.ts';
import { EventStreamOpener } from './event-stream-opener.ts';
import type { CheckedSettings } from './subscription-settings.ts';
import { SubscriptionTransport } from './subscription-transport.ts';
import { WebSocketOpener } from './web-socket-opener.ts';

export interface OpenSubscriptionsOptions {
  subgraph: string;
  settings: CheckedSettings;
  /** Addresses of queries, and how the choice between others is made. */
  upstreams: Upstreams;
  choice: UpstreamsOptions;
  open(address: SourceAddress): UpstreamOptions;
  breaker: Breaker | null;
  /** Maximum size of an event, in bytes. */
  maxBytes: number;
  series: SubgraphSeries | undefined;
}

export function openSubscriptions(options: OpenSubscriptionsOptions): SubscriptionTransport {
  const { subgraph, settings, upstreams, choice, open, breaker, maxBytes, series } = options;
  const { urls, protocol } = settings;
  const streams = { ...settings, subgraph, maxBytes };
  const own =
    urls &&
    new Upstreams(
      urls.map((url) => open({ url })),
      choice,
    );
  return new SubscriptionTransport({
    ...{ ...streams, upstreams: own ?? upstreams, ownUpstreams: own, breaker, series },
    opener: protocol === 'websocket' ? new WebSocketOpener(streams) : new EventStreamOpener(streams, streams.end),
  });
}
