// Why an operation has no plan.
import type { GraphQLError } from 'graphql';

/** An operation that cannot be planned. The message is for operators: it has the graph's names, and subgraphs'. */
export class UnsupportedOperation extends Error {
  override readonly name = 'PlanDeclined';
  /** `Type.field` in the graph's names, where one field is the reason. */
  readonly coordinate: string | null;

  constructor(message: string, coordinate: string | null = null) {
    super(message);
    this.coordinate = coordinate;
  }
}

/** An operation that is not executed in any way. */
export class PlanRejected extends UnsupportedOperation {
  /** For the client. */
  readonly error: GraphQLError;

  constructor(error: GraphQLError) {
    super(error.message);
    this.error = error;
  }
}
