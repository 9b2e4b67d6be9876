// Compatibility check of a changed graph: the changes that each client sees, and the operations that they break.
import type { GraphQLSchema } from 'graphql';
import type { ManifestDocument } from '../persisted-documents/manifest.ts';
import type { UsageRecord } from '../telemetry/usage/usage-record.ts';
import { type UsageLine, usageOf } from '../telemetry/usage/usage-report.ts';
import { type HiddenMembers, hiddenObjects, lostMembers } from './abstract-breaks.ts';
import { type CheckedOperation, findBreaks, isUsed, type OperationBreak, readOperation } from './operation-breaks.ts';
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
  breaks: readonly OperationBreak[];
}

export interface CheckResult {
  /** Whether no view and no operation breaks. */
  ok: boolean;
  /** In the graph's names. */
  changes: readonly CheckedChange[];
  clients: readonly ClientResult[];
}

export async function checkGraph({ before, after, clients, rules, usage = [] }: GraphToCheck): Promise<CheckResult> {
  const operations = clients.map((client) => readOperations(client, before));
  const results = await Promise.all(clients.map((client, index) => checkClient(client, operations[index]!, before)));
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
  const ok = results.every(({ view, breaks }) => !view && breaks.length === 0);
  return { ok, changes, clients: results };
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
  { name, before, after, viewBreak: view, documents, serve, hidden, graphCoordinate }: ClientToCheck,
  operations: readonly UsingOperation[],
  graph: GraphQLSchema,
): Promise<ClientResult> {
  const result = { name, operations: documents.length };
  if (!after) return { ...result, changes: [], view, breaks: [] };
  const changes = await diffSchemas(before ?? graph, after);
  const breaks = operations.flatMap(({ operation }) => {
    const { document } = operation;
    const { before: old, after: next } = serve;
    return findBreaks({
      operation,
      after,
      changes: before ? changes : [],
      abstract: before ? [...lostMembers(document, before, after), ...hiddenObjects(document, after, hidden)] : [],
      served: () => (next ? servedDifferences(old && (() => old(document)), next(document)) : []),
      graphCoordinate,
    });
  });
  return { ...result, changes, view, breaks };
}
