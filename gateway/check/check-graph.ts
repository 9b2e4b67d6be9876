// Whether the clients live on with a changed graph: what changes for each of them, and which of their operations break.
import type { GraphQLSchema } from 'graphql';
import type { ManifestDocument } from '../persisted-documents/manifest.ts';
import type { UsageRecord } from '../telemetry/usage/usage-record.ts';
import { type UsageLine, usageOf } from '../telemetry/usage/usage-report.ts';
import { type CheckedOperation, findBreaks, type OperationBreak, readOperation, usagesOf } from './operation-breaks.ts';
import { diffSchemas, type SchemaChange } from './schema-changes.ts';

/** A client over the graph as it was and as it will be. */
export interface ClientToCheck {
  /** `web`, or `web@1` for a version beside it. */
  name: string;
  /** The client's view; null where it cannot be made of the graph as it was. */
  before: GraphQLSchema | null;
  /** The view over the changed graph, as far as it can be made; null where there is none. */
  after: GraphQLSchema | null;
  /** Why the view's definition does not fit the changed graph; null where it does. */
  viewBreak: ViewBreak | null;
  documents: readonly ManifestDocument[];
  /** The graph's name for a coordinate of the view; null for what the client alone has. */
  graphCoordinate(viewCoordinate: string): string | null;
}

/** A view whose definition names what the changed graph does not have. */
export interface ViewBreak {
  /** The client's definition, absolute. */
  file: string;
  message: string;
}

export interface GraphToCheck {
  before: GraphQLSchema;
  after: GraphQLSchema;
  clients: readonly ClientToCheck[];
  /** What was used lately; none where nobody counts. */
  usage?: readonly UsageRecord[];
}

export interface CheckedChange extends SchemaChange {
  /** Clients' operations that ask for it. */
  usedBy: readonly { client: string; operation: string }[];
  /** Requests that asked for it lately, of whatever operation. */
  usedLately: readonly UsageLine[];
}

export interface ClientResult {
  name: string;
  /** How many operations it has. */
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

export async function checkGraph({ before, after, clients, usage = [] }: GraphToCheck): Promise<CheckResult> {
  const operations = clients.map((client) => readOperations(client, before));
  const results = await Promise.all(clients.map((client, index) => checkClient(client, operations[index]!, before)));
  const changes = (await diffSchemas(before, after)).map((change) => ({
    ...change,
    usedBy: clients.flatMap(({ name }, index) =>
      operations[index]!.filter(({ requested }) => usagesOf(requested, change.concerns)).map(({ operation }) => ({
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
  requested: ReadonlySet<string>;
}

/** The client's operations with what they ask the graph for. */
function readOperations({ documents, before, graphCoordinate }: ClientToCheck, graph: GraphQLSchema): UsingOperation[] {
  return documents.map((document) => {
    const operation = readOperation(document, before ?? graph);
    const requested = operation.requested.flatMap(({ coordinate }) => graphCoordinate(coordinate) ?? []);
    return { operation, requested: new Set(requested) };
  });
}

async function checkClient(
  { name, before, after, viewBreak: view, documents }: ClientToCheck,
  operations: readonly UsingOperation[],
  graph: GraphQLSchema,
): Promise<ClientResult> {
  const result = { name, operations: documents.length };
  if (!after) return { ...result, changes: [], view, breaks: [] };
  const changes = await diffSchemas(before ?? graph, after);
  const breaks = operations.flatMap(({ operation }) => findBreaks(operation, after, before ? changes : []));
  return { ...result, changes, view, breaks };
}
