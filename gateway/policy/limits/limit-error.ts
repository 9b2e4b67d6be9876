// How a limit's refusal reads: the limit and the value in words and in `extensions`, and a code to tell it by.
import { type ASTNode, GraphQLError } from 'graphql';

export interface Excess {
  code: string;
  limit: number;
  value: number;
}

/**
 * The error of a request that asks for too much.
 * @param status with `application/json` too where it is no matter of the document: 413.
 */
export function rejection(message: string, { code, limit, value }: Excess, node?: ASTNode, status = 400): GraphQLError {
  return new GraphQLError(message, {
    nodes: node,
    // A refused document is answered like one that is not valid: 400, and 200 where a client knows only application/json.
    extensions: { code, limit, value, http: { status, ...(status === 400 && { spec: true }) } },
  });
}
