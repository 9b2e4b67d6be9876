// Errors of planning: the reason for which an operation has no plan.
import type { GraphQLError } from 'graphql';

/**
 * An operation that cannot be planned. The message is for the log: it contains names of the graph and of subgraphs.
 */
export class UnsupportedOperation extends Error {
  override readonly name = 'UnsupportedOperation';
  /** `Type.field` in the graph's names, where one field is the reason. */
  readonly coordinate: string | null;

  constructor(message: string, coordinate: string | null = null) {
    super(message);
    this.coordinate = coordinate;
  }
}

/** An operation with an error of its own: one that the client can correct. */
export class PlanRejected extends UnsupportedOperation {
  /** For the client. */
  readonly error: GraphQLError;

  constructor(error: GraphQLError) {
    super(error.message);
    this.error = error;
  }
}
