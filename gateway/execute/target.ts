// Fetch targets: a service over HTTP, or a schema inside the gateway.
import type { ExecutionRequest, ExecutionResult } from '@graphql-tools/utils';
import type { DocumentNode } from 'graphql';
import type { SubgraphClient, SubgraphResponse, SubgraphScope } from '../transport/subgraph-client.ts';
import type { EventSource } from './event-source.ts';

/** A service, which is sent the text of a request. */
export interface RemoteTarget {
  kind: 'remote';
  client: RemoteClient;
  /** The client for queries; the same one, unless requests in flight are deduplicated. */
  queries: QueryClient;
  /** Whether requests to it may have files; default false. */
  takesFiles?: boolean;
}

export type QueryClient = Pick<SubgraphClient, 'name' | 'execute'>;

export type RemoteClient = Pick<SubgraphClient, 'name' | 'execute' | 'subscribe'> &
  Partial<Pick<SubgraphClient, 'takesFiles'>>;

/** A local executor of documents: the gateway's own fields, introspection. */
export interface LocalTarget {
  kind: 'local';
  execute(request: ExecutionRequest): Promise<ExecutionResult> | ExecutionResult;
  /** A result in place of events contains the errors. */
  subscribe(request: ExecutionRequest): Promise<EventSource | ExecutionResult>;
}

export type Target = RemoteTarget | LocalTarget;

/** Returns the target of a plan's fetch. */
export type Targets = (subgraph: string) => Target;

export type Settle = (error: unknown, response: SubgraphResponse | null) => void;

/** Executes in process; the document of a plan is parsed once. */
export function executeLocal(
  target: LocalTarget,
  document: DocumentNode,
  variables: Record<string, unknown>,
  scope: SubgraphScope,
  settle: Settle,
): void {
  let result: Promise<ExecutionResult> | ExecutionResult;
  try {
    result = target.execute({ document, variables, context: scope });
  } catch (error) {
    settle(error, null);
    return;
  }
  if (isPromise(result))
    result.then(
      (response) => settle(null, response as SubgraphResponse),
      (error) => settle(error, null),
    );
  else settle(null, result as SubgraphResponse);
}

function isPromise(value: Promise<ExecutionResult> | ExecutionResult): value is Promise<ExecutionResult> {
  return 'then' in value;
}
