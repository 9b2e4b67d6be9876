// Fallback size: the size of an operation that cannot be planned. Fallback execution walks it with its fragments
// expanded, in one turn of the event loop. Counted without expanding them, in time linear in the document.
import {
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isObjectType,
  type OperationDefinitionNode,
} from 'graphql';
import { requestError } from '../errors.ts';
import type { CollectedField, FieldCollector, FieldSelections } from './collect-fields.ts';
import type { StepBudget } from './step-budget.ts';
import { PlanRejected } from './unsupported-operation.ts';

/** Steps of fallback execution for one field of the response: about three times as much as for planning it. */
const STEPS_PER_FIELD = 30;

/**
 * Spends the steps that fallback execution of the operation takes.
 * @throws OperationTooComplex
 * @throws PlanRejected for an operation that fallback execution is not tried for.
 */
export function spendFallback(
  schema: GraphQLSchema,
  collector: FieldCollector,
  operation: OperationDefinitionNode,
  steps: StepBudget,
): void {
  const root = schema.getRootType(operation.operation);
  if (!root) return;
  const fields = collector.root(root, operation.selectionSet);
  if (fields.some(({ name }) => name === '__schema' || name === '__type')) throw introspects();
  steps.spend(STEPS_PER_FIELD * new ExpandedSize(schema, collector).of(root, fields));
}

class ExpandedSize {
  readonly #schema: GraphQLSchema;
  readonly #collector: FieldCollector;
  readonly #known = new Map<FieldSelections, Map<string, number>>();

  constructor(schema: GraphQLSchema, collector: FieldCollector) {
    this.#schema = schema;
    this.#collector = collector;
  }

  /** The number of these fields and all below them; of an abstract type, those of the largest possible type. */
  of(type: GraphQLObjectType, fields: readonly CollectedField[]): number {
    let size = fields.length;
    for (const field of fields) {
      const definition = type.getFields()[field.name];
      if (definition && field.nodes.some(({ selectionSet }) => selectionSet)) {
        size += this.#below(getNamedType(definition.type), field);
      }
    }
    return size;
  }

  #below(type: GraphQLNamedType, field: CollectedField): number {
    const selections = this.#collector.selections(field);
    const known = this.#known.get(selections) ?? new Map<string, number>();
    this.#known.set(selections, known);
    let size = known.get(type.name);
    if (size === undefined) {
      size = 0;
      for (const each of this.#possible(type)) {
        size = Math.max(size, this.of(each, this.#collector.below(each.name, field)));
      }
      known.set(type.name, size);
    }
    return size;
  }

  #possible(type: GraphQLNamedType): readonly GraphQLObjectType[] {
    if (isAbstractType(type)) return this.#schema.getPossibleTypes(type);
    return isObjectType(type) ? [type] : [];
  }
}

function introspects(): PlanRejected {
  const message =
    'Introspection cannot be combined with fields that cannot be planned. Send it as an operation of its own.';
  return new PlanRejected(requestError('OPERATION_NOT_PLANNABLE', { message }));
}
