// Output of a check about what does not count: accepted breaks, expired and unused entries, and the judgement by usage.
import { shownFile } from '../persisted-documents/documents-error.ts';
import type { AcceptedBreak } from './accepted-breaks.ts';
import type { CheckResult, JudgedBreak } from './check-graph.ts';

/** Lines below those of a break; none for one that counts. */
export function remarks({ accepted, rareRequests, isInvalid }: JudgedBreak, { judgement }: CheckResult): string[] {
  const days = judgement?.days ?? 0;
  const remark = accepted
    ? `accepted until ${accepted.expires} by ${accepted.owner}: ${accepted.reason}`
    : rareRequests === null
      ? null
      : `does not count: ${rareRequests === 1 ? '1 request' : `${rareRequests} requests`} in ${days === 1 ? '1 day' : `${days} days`}`;
  if (remark === null) return [];
  const remedy = 'remove the document before the release: a gateway does not start with one that is not valid';
  return [`    ${remark}`, ...(isInvalid ? [`    ${remedy}`] : [])];
}

/** Sections after those of the clients. */
export function notes({ expired, unused, judgement }: CheckResult): string[][] {
  const sections: string[][] = [];
  if (expired.length > 0) {
    sections.push([
      'Accepted breaks that have expired: mend the operations, or give them another day',
      ...lines(expired),
    ]);
  }
  if (unused.length > 0) sections.push(['Accepted breaks that this change does not need:', ...lines(unused)]);
  if (judgement && !judgement.isApplied) {
    const { countedSince, days } = judgement;
    const reason =
      countedSince === null
        ? 'There is no recorded usage'
        : `Usage has been counted since ${countedSince}, which is less than ${days} days`;
    sections.push([`${reason}: every operation counts, however rarely it is requested.`]);
  }
  return sections;
}

export function conclusionOf({ ok, clients, expired }: CheckResult, broken: readonly string[]): string {
  if (broken.length > 0) return `This breaks ${broken.join(', ')}.`;
  if (!ok) return expired.length === 1 ? 'An accepted break has expired.' : 'Accepted breaks have expired.';
  const breaks = clients.flatMap((client) => client.breaks);
  if (breaks.length === 0) return 'Nothing breaks.';
  const isRare = breaks.some(({ rareRequests }) => rareRequests !== null);
  const isAccepted = breaks.some(({ accepted }) => accepted);
  const exceptions = [...(isAccepted ? ['what is accepted'] : []), ...(isRare ? ['what is rarely requested'] : [])];
  return `Nothing breaks but ${exceptions.join(', and ')}.`;
}

function lines(entries: readonly AcceptedBreak[]): string[] {
  return entries.map((entry) => `  ${placeOf(entry)} ${subjectOf(entry)}`);
}

function placeOf({ file, line, column }: AcceptedBreak): string {
  return `${shownFile(file)}:${line}:${column}`;
}

/** What it accepts, for which client, until when. */
export function subjectOf({ coordinate, client, operation, owner, expires }: AcceptedBreak): string {
  const whose = operation === undefined ? client : `${client} ${operation}`;
  return `${coordinate} for ${whose}, until ${expires} (${owner})`;
}

/** The shape is documented in docs/checks.md. */
export function acceptedAsJson(entry: AcceptedBreak): object {
  const { coordinate, client, operation = null, reason, owner, expires, file, line, column } = entry;
  return { coordinate, client, operation, reason, owner, expires, file: shownFile(file), line, column };
}
