// Shared subscriptions: subscriptions to one subgraph with the same text and variables, and with the same forwarded
// header fields, which have those that identify callers, are one upstream subscription. It ends with its last reader.
import { RequestCancelled } from '../subgraph-error.ts';
import type { SubgraphScope } from '../subgraph-scope.ts';
import { varianceKey } from '../variance.ts';
import { SharedSubscription, type SharedSubscriptionOptions } from './shared-subscription.ts';
import type { SubscriptionReader } from './subscription-reader.ts';

export interface SharedSubscriptionsOptions extends Omit<SharedSubscriptionOptions, 'onEnd'> {
  /** Whether equal subscriptions share an upstream subscription. */
  isShared: boolean;
}

export class SharedSubscriptions {
  readonly #options: SharedSubscriptionsOptions;
  /** By header fields and request; bounded by the number of upstream subscriptions. */
  readonly #byKey = new Map<string, SharedSubscription>();

  constructor(options: SharedSubscriptionsOptions) {
    this.#options = options;
  }

  /** As `SubscriptionTransport.subscribe`. */
  subscribe(body: string, scope: SubgraphScope): Promise<SubscriptionReader> {
    const { subgraph, isShared } = this.#options;
    if (scope.cancellation.cancelled) return Promise.reject(new RequestCancelled());
    const variance = isShared ? varianceKey(scope, subgraph, false) : null;
    if (variance === null)
      return new SharedSubscription(body, scope, { ...this.#options, onEnd: () => {} }).join(scope);
    const key = JSON.stringify([variance, body]);
    let shared = this.#byKey.get(key);
    if (!shared) {
      const added: SharedSubscription = new SharedSubscription(body, scope, {
        ...this.#options,
        onEnd: () => {
          if (this.#byKey.get(key) === added) this.#byKey.delete(key);
        },
      });
      shared = added;
      this.#byKey.set(key, shared);
    }
    return shared.join(scope);
  }
}
