// Metrics of events that come from a message broker.
import type { MetricsRegistry } from './registry.ts';
import type { Counter, Gauge } from './series.ts';

export interface EventSeries {
  channels: Gauge;
  subscriptions: Gauge;
  messages: Counter;
  invalid: Counter;
}

export function eventSeries(registry: MetricsRegistry): EventSeries {
  const gauge = (name: string, help: string) => registry.gauge(name, help, { labels: [] }).with();
  const counter = (name: string, help: string) => registry.counter(name, help, { labels: [] }).with();
  return {
    channels: gauge('concierge_event_channels', 'Channels of the message broker that are subscribed to.'),
    subscriptions: gauge(
      'concierge_event_subscriptions',
      'Subscriptions of clients to channels of the message broker.',
    ),
    messages: counter('concierge_event_messages', 'Messages of the message broker.'),
    invalid: counter('concierge_event_messages_invalid', 'Messages of the message broker that are no keys.'),
  };
}
