// All gateways on one query: each started, proved, warmed up; then measured in turns, so that what happens on the machine
// meanwhile happens to all of them; then ended. Fresh processes for every query keep the peak memories apart.

import { type Contender, type ProvedAnswer, prove, type Question, startContender } from './contender.ts';
import type { Cores } from './cores.ts';
import type { Gateway } from './gateways.ts';
import { type LoadOptions, measure, type Round } from './measurement.ts';
import type { Absence, Entry, QueryResults } from './results.ts';
import type { SubgraphProcess } from './subgraph-process.ts';
import { peakMemory } from './usage.ts';

export type RunOptions = LoadOptions & { rounds: number };

type Participant = { contender: Contender; answer: ProvedAnswer; warmUp: Round; rounds: Round[] };

/** A gateway that does not start, answers wrongly or fails under load is reported as absent; the others go on. */
export async function sideBySide(
  query: string,
  question: Question,
  gateways: readonly Gateway[],
  subgraphs: SubgraphProcess,
  cores: Cores,
  options: RunOptions,
  progress: (words: string) => void,
): Promise<QueryResults> {
  const participants = new Map<Gateway, Participant>();
  const absences: Absence[] = [];
  const { connections, warmUp, duration, rounds } = options;

  async function dismiss(gateway: Gateway, contender: Contender | undefined, error: unknown): Promise<void> {
    const reason = error instanceof Error ? error.message : String(error);
    progress(`${query}: ${gateway.title} drops out: ${reason}`);
    absences.push({ gateway: gateway.name, title: gateway.title, reason: reason.split('\n', 1)[0]! });
    participants.delete(gateway);
    await contender?.running.stop();
  }

  for (const gateway of gateways) {
    let contender: Contender | undefined;
    try {
      contender = await startContender(gateway, subgraphs, cores);
      const answer = await prove(contender, question, subgraphs);
      const { inOrder, upstreamAlone, bytes } = answer;
      progress(
        `${query}: ${gateway.title} answers right: ${bytes} bytes${inOrder ? '' : ', fields in another order'}, ${upstreamAlone} upstream calls`,
      );
      const warming = { connections, warmUp: 0, duration: warmUp };
      const first = await measure(contender, answer, subgraphs, cores, warming, 0);
      participants.set(gateway, { contender, answer, warmUp: first, rounds: [] });
    } catch (error) {
      await dismiss(gateway, contender, error);
    }
  }

  for (let number = 1; number <= rounds; number++) {
    for (const [gateway, { contender, answer, warmUp: first, rounds: measured }] of participants) {
      try {
        const answered = [first, ...measured].reduce((sum, round) => sum + round.answered, 0);
        // A gateway that has idled for the others' turns gets a moment before its own counts.
        const load = { connections, warmUp: 250, duration };
        const round = await measure(contender, answer, subgraphs, cores, load, answered);
        measured.push(round);
        progress(`${query}: round ${number}, ${gateway.title}: ${Math.round(round.requestsPerSecond)} requests/s`);
      } catch (error) {
        await dismiss(gateway, contender, error);
      }
    }
  }

  const entries: Entry[] = [];
  for (const [{ name, title }, { contender, answer, rounds: measured }] of participants) {
    const { bytes, inOrder, upstreamAlone } = answer;
    entries.push({
      gateway: name,
      title,
      rounds: measured,
      peakMemory: peakMemory(contender.running.pid),
      answerBytes: bytes,
      inOrder,
      upstreamAlone,
    });
    await contender.running.stop();
  }
  return { query, entries, absences };
}
