// Subgraphs as the console shows them: the figures of their requests, and what their balancing reports.
import type { SubgraphState } from '../../transport/subgraph-client.ts';
import type { Condition, ShownSubgraph } from './messages.ts';
import type { Recording } from './recording.ts';
import { Recorded, type RecordedSubgraph } from './subgraph-figures.ts';

type AddressState = SubgraphState['addresses'][number];

/** Those of the configuration, and those inside the gateway that have had requests. */
export function shownSubgraphs(
  states: readonly SubgraphState[],
  recording: Recording,
  now: number,
  isMocked: (name: string) => boolean,
): ShownSubgraph[] {
  const byName = new Map(states.map((state) => [state.subgraph, state]));
  const names = new Set([...byName.keys(), ...recording.subgraphs.names]);
  return [...names].map((name) => shownSubgraph(name, byName.get(name), recording, now, isMocked(name)));
}

function shownSubgraph(
  name: string,
  state: SubgraphState | undefined,
  { subgraphs, since }: Recording,
  now: number,
  isMocked: boolean,
): ShownSubgraph {
  const recorded = subgraphs.of(name);
  const addresses = state?.addresses ?? [];
  return {
    ...{ name, isMocked },
    health: recorded.health(now),
    inFlight: addresses.reduce((sum, { inFlight }) => sum + inFlight, 0),
    conditions: state ? conditionsOf(state) : [],
    figures: recorded.figures(now, since),
    wait: recorded.waits.total(now).percentile(0.5),
    series: recorded.series(now),
    latestFailure: recorded.latestFailure,
    addresses: isMocked ? [] : shownAddresses(recorded, addresses, now, since),
  };
}

function conditionsOf({ breaker, isPanicking, concurrency: { queued, max } }: SubgraphState): Condition[] {
  const isOpen = breaker !== null && breaker.state !== 'closed';
  return [
    ...(isOpen ? [{ name: `breaker ${breaker.state}`, lasts: breaker.openFor > 0 ? breaker.openFor : null }] : []),
    ...(isPanicking ? [{ name: 'most addresses fail: all of them get requests', lasts: null }] : []),
    ...(queued > 0 ? [{ name: `${queued} requests wait: at most ${max} are in flight`, lasts: null }] : []),
  ];
}

function shownAddresses(
  { addresses }: RecordedSubgraph,
  states: readonly AddressState[],
  now: number,
  since: number,
): ShownSubgraph['addresses'] {
  const byAddress = new Map<string | null, AddressState>(states.map((state) => [state.address, state]));
  return [...new Set([...byAddress.keys(), ...addresses.keys()])].map((address) => {
    const recorded = addresses.get(address) ?? new Recorded();
    const state = byAddress.get(address);
    return {
      address,
      health: recorded.health(now),
      figures: recorded.figures(now, since),
      inFlight: state?.inFlight ?? null,
      expected: state?.latency ?? null,
      conditions: state ? conditionsOfAddress(state) : [],
    };
  });
}

function conditionsOfAddress({ state, ejectedFor, share }: AddressState): Condition[] {
  return [
    ...(state === 'available' ? [] : [{ name: state, lasts: ejectedFor }]),
    ...(share < 1 ? [{ name: `${Math.round(share * 100)} % of its share of requests`, lasts: null }] : []),
  ];
}
