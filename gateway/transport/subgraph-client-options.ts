// Options of a subgraph's client.
import type { SubgraphSeries } from '../telemetry/metrics/subgraph-metrics.ts';
import type { AddressSource } from './address-source.ts';
import type { Connection } from './connection.ts';
import type { SubgraphConnectionOptions } from './connection-options.ts';
import type { PassedHeaders } from './received-headers.ts';
import type { Resilience } from './resilience.ts';
import type { SubscriptionSettings } from './subscriptions/subscription-settings.ts';

export interface SubgraphClientOptions {
  name: string;
  /** Addresses that serve the same subgraph, or where they come from. */
  urls: readonly string[] | AddressSource;
  /** Header fields of every request, names in lower case and values in turn. Default: none. */
  headers?: readonly string[];
  /** Milliseconds from sending the request to the end of the response. */
  timeout: number;
  /** Maximum size of a response, and of one event of a subscription, in bytes. */
  maxResponseBytes: number;
  /** Header fields of the form of requests. Default: those of GraphQL over HTTP. */
  formHeaders?: readonly string[];
  /** Whether compressed responses are accepted; default true. */
  compression?: boolean;
  /** Whether `Cache-Control` of its responses is honoured; default true. `Set-Cookie` always is. */
  honoursCacheControl?: boolean;
  /** Header fields of its responses that go out to the client. Default: none. */
  passedHeaders?: PassedHeaders | null;
  /** HTTP version, TLS and signature of its connections. Default: HTTP/1.1 with what Node trusts, unsigned. */
  connecting?: SubgraphConnectionOptions | undefined;
  /** Connects to what serves the subgraph in place of its addresses. */
  connect?: (() => Connection) | undefined;
  /** What its requests are measured with. Default: nothing. */
  series?: SubgraphSeries | undefined;
  /** Balancing, retries, circuit breaker. Default: `defaultResilience`. */
  resilience?: Partial<Resilience>;
  subscriptions: SubscriptionSettings;
}
