// Short form of the soak test through the fault proxy; `node test/resilience/fault-soak.ts` runs it with 1,000,000 requests.
import { expect, test } from 'vitest';
import { soakThroughFaults } from './fault-soak-run.ts';

test('of 1,000 requests of 50 identities through faults, none gets a wrong response, an error without a fault, or no end', async () => {
  const { wrong, unexplained, hung, repeated, ...result } = await soakThroughFaults({
    count: 1_000,
    hasSilence: false,
  });
  expect({ wrong, unexplained, hung, repeated }).toEqual({ wrong: [], unexplained: [], hung: [], repeated: [] });
  expect(result.requests).toBe(1_000);
  // Otherwise nothing would be proved.
  for (const kind of ['query', 'mutation', 'subscription', 'cancelled']) expect(result.kinds[kind]).toBeGreaterThan(5);
  for (const fault of ['reset', 'late', 'closed']) expect(result.faults[fault]).toBeGreaterThan(5);
  expect(result.explained.SUBGRAPH_UNAVAILABLE).toBeGreaterThan(0);
  const { early, late, closed } = result.usage;
  expect(late.heap - early.heap).toBeLessThan(40_000_000);
  expect({ inFlight: result.inFlight, handles: closed.handles }).toEqual({
    inFlight: 0,
    handles: result.handlesBefore,
  });
});
