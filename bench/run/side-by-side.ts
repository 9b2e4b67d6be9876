// All gateways on one query: each started, verified, warmed up; then measured in turns, so that what happens on the
// machine meanwhile happens to all of them; then ended. Fresh processes for every query keep the peak memories apart.

import { type BenchRequest, type Candidate, startCandidate, type VerifiedResponse, verify } from './candidate.ts';
import type { Cores } from './cores.ts';
import type { Gateway } from './gateways.ts';
import { type LoadOptions, measure, type Round } from './measurement.ts';
import type { Absence, Entry, QueryResults } from './results.ts';
import type { SubgraphProcess } from './subgraph-process.ts';
import { peakMemory } from './usage.ts';

export type RunOptions = LoadOptions & { rounds: number };

type Participant = { candidate: Candidate; response: VerifiedResponse; warmUp: Round; rounds: Round[] };

/** A gateway that does not start, responds wrongly or fails under load is reported as absent; the others go on. */
export async function sideBySide(
  query: string,
  request: BenchRequest,
  gateways: readonly Gateway[],
  subgraphs: SubgraphProcess,
  cores: Cores,
  options: RunOptions,
  progress: (words: string) => void,
): Promise<QueryResults> {
  const participants = new Map<Gateway, Participant>();
  const absences: Absence[] = [];
  const { connections, warmUp, duration, rounds } = options;

  async function dismiss(gateway: Gateway, candidate: Candidate | undefined, error: unknown): Promise<void> {
    const reason = error instanceof Error ? error.message : String(error);
    progress(`${query}: ${gateway.title} drops out: ${reason}`);
    absences.push({ gateway: gateway.name, title: gateway.title, reason: reason.split('\n', 1)[0]! });
    participants.delete(gateway);
    await candidate?.running.stop();
  }

  for (const gateway of gateways) {
    let candidate: Candidate | undefined;
    try {
      candidate = await startCandidate(gateway, subgraphs, cores);
      const response = await verify(candidate, request, subgraphs);
      const { inOrder, upstreamAlone, bytes } = response;
      progress(
        `${query}: ${gateway.title} responds correctly: ${bytes} bytes${inOrder ? '' : ', fields in another order'}, ${upstreamAlone} upstream calls`,
      );
      const warming = { connections, warmUp: 0, duration: warmUp };
      const first = await measure(candidate, response, subgraphs, cores, warming, 0);
      participants.set(gateway, { candidate, response, warmUp: first, rounds: [] });
    } catch (error) {
      await dismiss(gateway, candidate, error);
    }
  }

  for (let number = 1; number <= rounds; number++) {
    for (const [gateway, { candidate, response, warmUp: first, rounds: measured }] of participants) {
      try {
        const received = [first, ...measured].reduce((sum, round) => sum + round.received, 0);
        // A gateway that has idled for the others' turns gets a moment before its own counts.
        const load = { connections, warmUp: 250, duration };
        const round = await measure(candidate, response, subgraphs, cores, load, received);
        measured.push(round);
        progress(`${query}: round ${number}, ${gateway.title}: ${Math.round(round.requestsPerSecond)} requests/s`);
      } catch (error) {
        await dismiss(gateway, candidate, error);
      }
    }
  }

  const entries: Entry[] = [];
  for (const [{ name, title }, { candidate, response, rounds: measured }] of participants) {
    const { bytes, inOrder, upstreamAlone } = response;
    entries.push({
      gateway: name,
      title,
      rounds: measured,
      peakMemory: peakMemory(candidate.running.pid),
      responseBytes: bytes,
      inOrder,
      upstreamAlone,
    });
    await candidate.running.stop();
  }
  return { query, entries, absences };
}
