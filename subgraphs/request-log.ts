// Request log: one line for each request to a service, with its operation, its database statements, and its times.
import { type DocumentNode, getOperationAST, Kind, type SelectionSetNode } from 'graphql';
import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import type { Session } from './database.ts';

/** Record of a request, completed while it is executed. */
export interface RequestRecord {
  requestId: string | null;
  /** Name of a GraphQL operation, of an operation in an OpenAPI document, or of a gRPC method. */
  operation: string | null;
  rootFields: string[];
  /** GraphQL text, method and path of an HTTP request, or the request message of a gRPC call as JSON. */
  query: string | null;
  session: Session | null;
  /** ms since 1970, with fractions */
  receivedAt: number;
}

/** A record that begins now. */
export function newRecord(requestId: string | undefined): RequestRecord {
  return {
    ...{ requestId: requestId ?? null, operation: null, rootFields: [], query: null },
    ...{ session: null, receivedAt: now() },
  };
}

/** JSON lines on standard output, or readable ones in a terminal. */
export function createLog(): Logger {
  const settings = { base: null };
  if (!process.stdout.isTTY) return pino(settings);
  return pino(
    settings,
    pretty({
      sync: true,
      ignore:
        'subgraph,url,database,latency,requestId,operation,rootFields,query,statements,receivedAt,respondedAt,aborted',
      translateTime: 'HH:MM:ss',
      messageFormat: (line) => `${line.subgraph} ${readable(line)}`,
    }),
  );
}

function readable(line: Record<string, unknown>): string {
  if (line.msg === 'listening') return `listening at ${line.url}`;
  if (line.msg !== 'request') return String(line.msg);
  const duration = Math.round(Number(line.respondedAt) - Number(line.receivedAt));
  const requested = `${line.operation ?? 'unnamed'} { ${(line.rootFields as string[]).join(' ')} }`;
  return `${requested} ${line.statements} statements, ${duration} ms${line.aborted ? ', client disconnected' : ''}`;
}

/** ms since 1970, finer than Date.now(): tests compare when requests of several services began. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Records the operation of the document and its root fields. */
export function noteOperation(record: RequestRecord, document: DocumentNode, operationName: string | null): void {
  const operation = getOperationAST(document, operationName);
  if (!operation) return;
  record.operation = operation.name?.value ?? null;
  record.rootFields = fieldsOf(operation.selectionSet, document);
}

/** @param aborted Whether the client disconnected before the response was sent. */
export function logRequest(log: Logger, subgraph: string, record: RequestRecord, aborted: boolean): void {
  const { session, receivedAt, ...requested } = record;
  const statements = session?.statements ?? 0;
  const ended = { statements, receivedAt, respondedAt: now(), ...(aborted ? { aborted } : {}) };
  log.info({ subgraph, ...requested, ...ended }, 'request');
}

function fieldsOf(selectionSet: SelectionSetNode, document: DocumentNode): string[] {
  return selectionSet.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection.name.value];
    if (selection.kind === Kind.INLINE_FRAGMENT) return fieldsOf(selection.selectionSet, document);
    const fragment = document.definitions.find(
      (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value,
    );
    return fragment?.kind === Kind.FRAGMENT_DEFINITION ? fieldsOf(fragment.selectionSet, document) : [];
  });
}
