// Output formats of a check: text, JSON and GitHub annotations.

import { listed } from '../did-you-mean.ts';
import { shownFile as shown } from '../persisted-documents/documents-error.ts';
import { shownNames, type UsageLine } from '../telemetry/usage/usage-report.ts';
import { type CheckedChange, type CheckResult, type ClientResult, counts, type JudgedBreak } from './check-graph.ts';
import { acceptedAsJson, conclusionOf, notes, remarks, subjectOf } from './print-accepted.ts';
import { type ChangeLevel, changeLevels } from './schema-changes.ts';

/** Operations that a line or a list names. */
const MAX_LISTED = 8;

export type CheckFormat = 'text' | 'json' | 'github';

/** A check, or the conflicts for which the changed graph cannot be composed. */
export type CheckOutcome = CheckResult | { conflicts: readonly string[] };

export function printCheck(outcome: CheckOutcome, format: CheckFormat): string {
  if (format === 'json') return JSON.stringify(asJson(outcome), null, 2);
  const text = 'conflicts' in outcome ? conflictsAsText(outcome.conflicts) : asText(outcome);
  return format === 'text' ? text : [...annotations(outcome), text].join('\n');
}

/** The shape is documented in docs/checks.md; a change that removes something raises `version`. */
function asJson(outcome: CheckOutcome): object {
  if ('conflicts' in outcome) {
    const { conflicts } = outcome;
    const none = { expired: [], unusedAccepted: [], usage: null };
    return { version: 1, ok: false, conflicts, changes: [], clients: [], ...none };
  }
  const { ok, changes, clients, expired, unused, judgement } = outcome;
  return {
    version: 1,
    ok,
    conflicts: [],
    changes: changes.map(({ coordinate, level, message, usedBy, usedLately }) => ({
      coordinate,
      level,
      message,
      unused: isUnused({ level, usedBy }),
      usedBy,
      usedLately,
    })),
    clients: clients.map(({ name, operations, changes: ofView, view, breaks }) => ({
      name,
      operations,
      changes: ofView.map(({ coordinate, level, message }) => ({ coordinate, level, message })),
      view: view && { file: shown(view.file), message: view.message },
      breaks: breaks.map(({ operation, file, line, column, message, coordinates, accepted, rareRequests }) => ({
        operation,
        file: shown(file),
        line,
        column,
        message,
        coordinates,
        accepted: accepted && acceptedAsJson(accepted),
        rareRequests,
      })),
    })),
    expired: expired.map(acceptedAsJson),
    unusedAccepted: unused.map(acceptedAsJson),
    usage: judgement,
  };
}

function asText(result: CheckResult): string {
  const { changes, clients } = result;
  const unused = changes.filter(isUnused);
  const reported = changes.filter((change) => !isUnused(change));
  const sections = [
    [`The graph: ${changes.length === 0 ? 'nothing changes' : countsOf(changes)}`, ...reported.flatMap(changeAsText)],
    unused.length > 0 ? ['Breaking, and used by no operation of a client:', ...unused.flatMap(changeAsText)] : [],
    ...clients.map((client) => clientAsText(client, result)),
    ...notes(result),
    [conclusion(result)],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function conflictsAsText(conflicts: readonly string[]): string {
  const heading = `The changed graph cannot be composed: ${count(conflicts.length, 'conflict')}`;
  return [heading, ...conflicts.map((conflict) => `  ${conflict}`)].join('\n');
}

function changeAsText({ coordinate, level, message, usedBy, usedLately }: CheckedChange): string[] {
  const lines = [`  ${level.padEnd(9)}  ${coordinate}: ${message}`];
  if (level === 'safe') return lines;
  if (usedBy.length > 0)
    lines.push(`             used by ${listOf(usedBy.map(({ client, operation }) => `${client} ${operation}`))}`);
  lines.push(...usedLately.slice(0, MAX_LISTED).map((line) => `             used recently by ${usageAsText(line)}`));
  const more = usedLately.length - MAX_LISTED;
  if (more > 0) lines.push(`             and by ${count(more, 'other operation')}`);
  return lines;
}

function usageAsText(line: UsageLine): string {
  const { client, version, operation } = shownNames(line);
  const names = [client, version, operation].filter((name) => name !== '').join(' ');
  return `${names} (${count(line.count, 'request')}, last on ${line.lastSeen})`;
}

function clientAsText({ name, operations, view, breaks, changes }: ClientResult, result: CheckResult): string[] {
  const definition = view ? [`${name}: its view cannot be built`, `  ${shown(view.file)}: ${view.message}`] : [];
  if (view && breaks.length === 0) return definition;
  const broken = new Set(breaks.filter(counts).map(({ operation }) => operation)).size;
  const summary =
    broken === 0
      ? `${count(operations, 'operation')}, none breaks`
      : `${broken} of ${count(operations, 'operation')} ${broken === 1 ? 'breaks' : 'break'}`;
  const ofView = changes.length === 0 ? 'its view does not change' : `its view has ${countsOf(changes)}`;
  return [
    ...definition,
    `${name}: ${summary}${view ? '' : `; ${ofView}`}`,
    ...breaks.flatMap((one) => {
      const { operation, file, line, column, message } = one;
      return [`  ${shown(file)}:${line}:${column} ${operation}: ${message}`, ...remarks(one, result)];
    }),
  ];
}

function conclusion(result: CheckResult): string {
  const { clients, ok } = result;
  if (clients.every(({ operations }) => operations === 0) && ok) {
    return 'No client has operations: breaking changes for clients cannot be found.';
  }
  const broken = clients.filter(({ view, breaks }) => view || breaks.some(counts)).map(({ name }) => name);
  return conclusionOf(result, broken);
}

/**
 * Workflow commands: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands. One for each
 * location: GitHub shows ten for a step, and a fragment may break many operations.
 */
function annotations(outcome: CheckOutcome): string[] {
  if ('conflicts' in outcome) return outcome.conflicts.map((conflict) => `::error::${escapeData(conflict)}`);
  const expired = outcome.expired.map((entry) => {
    const place = `file=${escapeProperty(shown(entry.file))},line=${entry.line},col=${entry.column}`;
    return `::error ${place}::${escapeData(`Expired: ${subjectOf(entry)}`)}`;
  });
  const ofClients = outcome.clients.flatMap(({ name, view, breaks }) => {
    const ofView = view
      ? [`::error file=${escapeProperty(shown(view.file))}::${escapeData(`${name}: ${view.message}`)}`]
      : [];
    const byPlace = Map.groupBy(
      breaks.filter(counts),
      ({ file, line, column, message }) => `${file}:${line}:${column} ${message}`,
    );
    const ofOperations = [...byPlace.values()].map((group) => {
      const { file, line, column, message } = group[0] as JudgedBreak;
      const operations = listOf(group.map(({ operation }) => operation));
      const place = `file=${escapeProperty(shown(file))},line=${line},col=${column}`;
      return `::error ${place}::${escapeData(`${name} ${operations}: ${message}`)}`;
    });
    return [...ofView, ...ofOperations];
  });
  return [...ofClients, ...expired];
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

function isUnused({ level, usedBy }: Pick<CheckedChange, 'level' | 'usedBy'>): boolean {
  return level === 'breaking' && usedBy.length === 0;
}

function countsOf(changes: readonly { level: ChangeLevel }[]): string {
  const levels = changeLevels.map((level) => ({
    level,
    of: changes.filter((change) => change.level === level).length,
  }));
  const counts = levels.filter(({ of }) => of > 0).map(({ level, of }) => `${of} ${level}`);
  return `${listed(counts, 'and')} ${changes.length === 1 ? 'change' : 'changes'}`;
}

function listOf(items: readonly string[]): string {
  const first = items.slice(0, MAX_LISTED).join(', ');
  return items.length > MAX_LISTED ? `${first} and ${items.length - MAX_LISTED} more` : first;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
