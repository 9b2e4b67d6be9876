// Introspection executor: one slice in each turn of the event loop, so that a large schema does not block other
// requests.
import type { ExecutionRequest, ExecutionResult } from '@graphql-tools/utils';
import { execute, GraphQLError, type GraphQLSchema } from 'graphql';
import { markDeliberate } from '../compose/resolver-errors.ts';
import { toPlainJson } from '../json/json-values.ts';
import { Introspection } from '../planner/introspection.ts';
import { OperationTooComplex, StepBudget } from '../planner/step-budget.ts';
import { requestCancelled } from '../transport/cancellation.ts';
import type { SubgraphScope } from '../transport/subgraph-client.ts';

/** @param reject called with an error that the work throws. */
export type InTurns = (work: () => void, reject: (error: unknown) => void) => void;

export const inNextTurn: InTurns = (work) => {
  setImmediate(work);
};

/** Values that are resolved in one turn: a few milliseconds, also in a process that has just started. */
const VALUES_AT_ONCE = 2_000;

/**
 * Executes until the client disconnects; other requests for the same response begin anew.
 * @param maxSteps for one response; a larger one is an error.
 */
export function createIntrospectionExecutor(
  schema: GraphQLSchema,
  maxSteps: number,
  inTurns: InTurns,
): (request: ExecutionRequest) => Promise<ExecutionResult> {
  return ({ document, variables = {}, context }) => {
    const cancellation = (context as SubgraphScope | undefined)?.cancellation;
    const { promise, resolve, reject } = Promise.withResolvers<ExecutionResult>();
    const variableValues = toPlainJson(variables);
    const introspection = new Introspection(schema, document, variableValues, new StepBudget(maxSteps));
    const slice = () => {
      if (cancellation?.cancelled) {
        reject(requestCancelled());
        return;
      }
      // The result is written in a turn of its own.
      if (introspection.isComplete) {
        resolve(introspection.result);
        return;
      }
      try {
        introspection.advance(VALUES_AT_ONCE);
        inTurns(slice, reject);
      } catch (error) {
        // Such as a default value that cannot be printed: graphql-js makes it an error of its field.
        if (error instanceof OperationTooComplex) reject(tooComplex(error));
        else resolve(execute({ schema, document, variableValues }));
      }
    };
    inTurns(slice, reject);
    return promise;
  };
}

function tooComplex(error: OperationTooComplex): GraphQLError {
  const { message, extensions } = error.toGraphQLError();
  return new GraphQLError(message, { extensions: markDeliberate(extensions) });
}
