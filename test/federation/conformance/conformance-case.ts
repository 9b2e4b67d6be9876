// Conformance case: a small federated graph, and what operations on it must receive.
import type { TableService } from './table-service.ts';

export interface ConformanceCase {
  /** A sentence about the feature. */
  name: string;
  subgraphs: Record<string, TableService>;
  /** Whether the SDL is that of Federation 1, without `@link`. */
  isFederationOne?: true;
  operations: readonly ConformanceOperation[];
}

/**
 * The data are those that the specification has, and the requests those of the best plan: by subgraph, without the
 * subgraphs that need none.
 */
export type ConformanceOperation = readonly [
  query: string,
  data: unknown,
  requests: Record<string, number>,
  more?: {
    variables?: Record<string, unknown>;
    /** By path, with dots: a part of the message. */
    errors?: Record<string, string>;
  },
];
