// State that the supervisor of several workers holds for them: counts, places, values that operators set, and metrics. It
// serves no requests of clients, and loads no part of the gateway that does.
import { servePlaces } from '../cluster/places.ts';
import type { Relay } from '../cluster/relay.ts';
import { serveSharedValues } from '../cluster/shared-value.ts';
import { CountService } from '../policy/rate-limits/count-service.ts';
import { serveMetrics } from '../telemetry/metrics/metrics-service.ts';

/** To be called once, before the first worker is added to the relay. */
export function serveWorkers(relay: Relay): void {
  new CountService().serve(relay);
  servePlaces(relay);
  serveSharedValues(relay);
  serveMetrics(relay);
}
