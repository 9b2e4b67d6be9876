// Denied fields in stock execution: the operation is executed without them, and its answer is told what was left out. The
// planner does the same for what it plans; here it is done for what it declines.
import type { ExecutionResult } from '@graphql-tools/utils';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  visit,
} from 'graphql';
import type { Denial, Denials } from './denials.ts';
import { deniedPlaces, isDenial, type Place, TooManyPlaces } from './denied-places.ts';
import { denialError, restoreDenied } from './restore-denied.ts';
import { stripDenied, withOnlyUsed } from './strip-denied.ts';

export interface StockRequest {
  schema: GraphQLSchema;
  /** Valid for the schema. */
  document: DocumentNode;
  operation: OperationDefinitionNode;
  /** As the operation declares them, coerced: `@skip` and `@include` are decided by them. */
  variables: Readonly<Record<string, unknown>>;
  denials: Denials;
}

export interface WithoutDenied {
  /** To be executed with the same variables: the very document that was given, where nothing in it is denied. */
  document: DocumentNode;
  /** The answer as the client's operation has it, from the document's; for a subscription, from that of each event. */
  restore(result: ExecutionResult): ExecutionResult;
}

/** What is denied takes the whole operation with it: nothing is executed, the client gets this. */
export interface RefusedWhole {
  refused: ExecutionResult;
}

/**
 * Takes what is denied out of an operation. Refused as a whole are subscriptions whose event itself is denied, operations
 * that use `@defer` or `@stream` where anything is denied, and operations whose fragments multiply beyond measure.
 */
export function withoutDenied(request: StockRequest): WithoutDenied | RefusedWhole {
  const { document, operation } = request;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  try {
    const root = deniedPlaces({ ...request, fragments });
    if (!root) return { document, restore: (result) => result };
    const refused = refusedAtOnce(root, withOnlyUsed(operation, fragments), operation.operation);
    if (refused) return { refused };
    const stripped = stripDenied({ ...request, fragments, root });
    return {
      document: stripped.document,
      restore: (result) => restoreDenied(root, stripped.typenameKey, result),
    };
  } catch (error) {
    if (error instanceof TooManyPlaces) return { refused: { errors: [tooLarge()] } };
    throw error;
  }
}

function refusedAtOnce(root: Place, document: DocumentNode, operation: OperationTypeNode): ExecutionResult | undefined {
  // Patches of an answer come with paths of their own, at any time: nothing could be put into them.
  if (usesIncremental(document)) {
    const errors = [...distinctDenials(root)].map((denial) => denialError(denial, []));
    return { errors };
  }
  if (operation !== OperationTypeNode.SUBSCRIPTION) return undefined;
  const fields = root.types.get(root.declared.name);
  const [event] = fields && !isDenial(fields) ? fields : [];
  return event?.denial && { errors: [denialError(event.denial, event.nodes, [event.key])] };
}

function distinctDenials(root: Place): Iterable<Denial> {
  const found = new Map<string, Denial>();
  const add = (denial: Denial) => found.set(JSON.stringify(denial), denial);
  const seen = new Set<Place>();
  const look = (place: Place) => {
    if (seen.has(place)) return;
    seen.add(place);
    for (const fields of place.types.values()) {
      if (isDenial(fields)) add(fields);
      else {
        for (const { denial, below } of fields) {
          if (denial) add(denial);
          if (below) look(below);
        }
      }
    }
  };
  look(root);
  return found.values();
}

function usesIncremental(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    [Kind.DIRECTIVE]: ({ name }) => {
      found ||= name.value === 'defer' || name.value === 'stream';
    },
  });
  return found;
}

function tooLarge(): GraphQLError {
  return new GraphQLError(
    'The fragments of the operation name too many fields to leave out those that are not allowed; ask for fewer.',
    { extensions: { code: 'COST_LIMIT_EXCEEDED' } },
  );
}
