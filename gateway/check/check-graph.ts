// Compatibility check of a changed graph: the changes that each client sees, and the operations that they break.
import type { GraphQLSchema } from 'graphql';
import type { ManifestDocument } from '../persisted-documents/manifest.ts';
import type { Day, UsageRecord } from '../telemetry/usage/usage-record.ts';
import { type UsageLine, usageOf } from '../telemetry/usage/usage-report.ts';
import { type HiddenMembers, hiddenObjects, lostMembers } from './abstract-breaks.ts';
import { type AcceptedBreak, acceptedBy, isInForce } from './accepted-breaks.ts';
import { type CheckedOperation, isUsed, readOperation } from './checked-operation.ts';
import { findBreaks, type OperationBreak } from './operation-breaks.ts';
import { judgementBy, requestsOf, type UsageJudgement, type UsageRule } from './rare-use.ts';
import { type GraphRules, ruleChanges } from './rule-changes.ts';
import { diffSchemas, type SchemaChange, sortChanges } from './schema-changes.ts';
import { type ServeDocument, servedDifferences } from './served-document.ts';

/** A client over the graph before and after the change. */
export interface ClientToCheck {
  /** `web`, or `web@1` for another version of the client. */
  name: string;
  /** The client's view; null where it cannot be built from the graph before the change. */
  before: GraphQLSchema | null;
  /** The view over the changed graph, as far as it can be built; null where it cannot. */
  after: GraphQLSchema | null;
  /** The problem of the view's definition with the changed graph; null if there is none. */
  viewBreak: ViewBreak | null;
  documents: readonly ManifestDocument[];
  /** The graph's coordinate for one of the view; null for the client's own fields. */
  graphCoordinate(viewCoordinate: string): string | null;
  /** How its documents are served; null where that is unknown. */
  serve: { before: ServeDocument | null; after: ServeDocument | null };
  /** What usage counts it by; null for documents that any client may send. */
  names: readonly string[] | null;
  /** What its view hides. */
  hidden: { before: HiddenMembers; after: HiddenMembers };
}

/** A view whose definition names elements that the changed graph does not have. */
export interface ViewBreak {
  /** Absolute path of the client's definition. */
  file: string;
  message: string;
}

export interface GraphToCheck {
  before: GraphQLSchema;
  after: GraphQLSchema;
  clients: readonly ClientToCheck[];
  /** The rules of both; null where those before the change are unknown. */
  rules: { before: GraphRules; after: GraphRules } | null;
  /** Recent usage; none where usage is not counted. */
  usage?: readonly UsageRecord[];
  accepted?: readonly AcceptedBreak[];
  /** Null where every operation counts, however rarely it is requested. */
  usageRule?: UsageRule | null;
  today: Day;
}

/** A break, with the reason for which it does not count. */
export interface JudgedBreak extends OperationBreak {
  /** The entry that accepts it; null for none, and for one that has expired. */
  accepted: AcceptedBreak | null;
  /** Requests in the period of the rule, which are too few to count; null where they are not, or not judged. */
  rareRequests: number | null;
}

export interface CheckedChange extends SchemaChange {
  /** Clients' operations that use it. */
  usedBy: readonly { client: string; operation: string }[];
  /** Recent requests that used it, of any operation. */
  usedLately: readonly UsageLine[];
}

export interface ClientResult {
  name: string;
  /** Number of operations. */
  operations: number;
  /** In the view's names. */
  changes: readonly SchemaChange[];
  view: ViewBreak | null;
  breaks: readonly JudgedBreak[];
}

export interface CheckResult {
  /** Whether no view and no operation breaks, but for what is accepted, and no accepted break has expired. */
  ok: boolean;
  /** In the graph's names. */
  changes: readonly CheckedChange[];
  clients: readonly ClientResult[];
  /** Entries that are past their day. */
  expired: readonly AcceptedBreak[];
  /** Entries in force that accept nothing here. */
  unused: readonly AcceptedBreak[];
  /** Null where breaks are not judged by usage. */
  judgement: UsageJudgement | null;
}

export async function checkGraph({
  before,
  after,
  clients,
  rules,
  usage = [],
  today,
  ...accepting
}: GraphToCheck): Promise<CheckResult> {
  const operations = clients.map((client) => readOperations(client, before));
  const judgement = accepting.usageRule ? judgementBy(accepting.usageRule, usage, today) : null;
  const [inForce, expired] = partition(accepting.accepted ?? [], (entry) => isInForce(entry, today));
  const judge = judgeBy({ accepted: inForce, usage, judgement, today });
  const results = await Promise.all(
    clients.map((client, index) => checkClient(client, operations[index]!, before, judge)),
  );
  const ofRules = rules
    ? ruleChanges({ schema: before, rules: rules.before }, { schema: after, rules: rules.after })
    : [];
  const changes = sortChanges([...(await diffSchemas(before, after)), ...ofRules]).map((change) => ({
    ...change,
    usedBy: clients.flatMap(({ name }, index) =>
      operations[index]!.filter(({ used }) => isUsed(change.concerns, used)).map(({ operation }) => ({
        client: name,
        operation: operation.name,
      })),
    ),
    usedLately: usageOf(usage, change.concerns),
  }));
  const ok = expired.length === 0 && results.every(({ view, breaks }) => !view && !breaks.some(counts));
  const used = new Set(results.flatMap(({ breaks }) => breaks.flatMap(({ accepted }) => accepted ?? [])));
  const unused = inForce.filter((entry) => !used.has(entry));
  return { ok, changes, clients: results, expired, unused, judgement };
}

/** Whether the break fails the check. */
export function counts({ accepted, rareRequests }: JudgedBreak): boolean {
  return accepted === null && rareRequests === null;
}

type Judge = (one: OperationBreak, client: ClientToCheck, operation: CheckedOperation) => JudgedBreak;

function judgeBy({
  accepted,
  usage,
  judgement,
  today,
}: Required<Pick<GraphToCheck, 'accepted' | 'usage' | 'today'>> & { judgement: UsageJudgement | null }): Judge {
  return (one, { name, names }, { document }) => {
    const entry = acceptedBy(accepted, name, one) ?? null;
    const judged = { ...one, accepted: entry, rareRequests: null };
    if (entry || !judgement?.isApplied) return judged;
    const named = { clients: names && new Set(names), operation: document.name, coordinates: one.coordinates };
    const requests = requestsOf(usage, named, judgement, today);
    return requests < judgement.minRequests ? { ...judged, rareRequests: requests } : judged;
  };
}

function partition<Item>(items: readonly Item[], isFirst: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

interface UsingOperation {
  operation: CheckedOperation;
  /** Coordinates of the graph. */
  used: ReadonlySet<string>;
}

/** The client's operations, with the graph coordinates that they use. */
function readOperations({ documents, before, graphCoordinate }: ClientToCheck, graph: GraphQLSchema): UsingOperation[] {
  return documents.map((document) => {
    const operation = readOperation(document, before ?? graph);
    const used = operation.usages.flatMap(({ coordinate }) => graphCoordinate(coordinate) ?? []);
    return { operation, used: new Set(used) };
  });
}

async function checkClient(
  client: ClientToCheck,
  operations: readonly UsingOperation[],
  graph: GraphQLSchema,
  judge: Judge,
): Promise<ClientResult> {
  const { name, before, after, viewBreak: view, documents, serve, hidden, graphCoordinate } = client;
  const result = { name, operations: documents.length };
  if (!after) return { ...result, changes: [], view, breaks: [] };
  const changes = await diffSchemas(before ?? graph, after);
  const breaks = operations.flatMap(({ operation }) => {
    const { document } = operation;
    const { before: old, after: next } = serve;
    const found = findBreaks({
      operation,
      after,
      changes: before ? changes : [],
      abstract: before ? [...lostMembers(document, before, after), ...hiddenObjects(document, after, hidden)] : [],
      served: () => (next ? servedDifferences(old && (() => old(document)), next(document)) : []),
      graphCoordinate,
    });
    return found.map((one) => judge(one, client, operation));
  });
  return { ...result, changes, view, breaks };
}
