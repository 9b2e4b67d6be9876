// Cost of a response: the objects and values that services have returned for it, and those that it holds. A null that
// propagates removes what was executed all the same.
import type {
  CountedField,
  CountedFields,
  CountedObject,
  CountedResponse,
  CountedValue,
} from '../query-plan/counted-fields.ts';
import type { ExecutionState } from './execution-state.ts';
import { type EntityResult, entityResultIn, type ResponseObject } from './hot-path/index.ts';
import { type GraphQLResponse, isSerialized } from './response.ts';

export interface ResponseCost {
  /** Of what the response holds. */
  actual: number;
  /** Of what was executed for it: the actual cost, and that of what a propagating null has removed. */
  executed: number;
}

const none: ArrayLike<number> = [];

/** @param argumentCosts costs of arguments that depend on the variables. */
export function costOfResponse(
  { fields, leastByKey }: CountedResponse,
  state: ExecutionState,
  response: GraphQLResponse,
  argumentCosts: ArrayLike<number> = none,
): ResponseCost {
  const cost = new ExecutedCost(argumentCosts);
  const plain = cost.root(fields, state, null);
  const executed = leastByKey ? cost.root(fields, state, leastByKey) : plain;
  // Text is written only where nothing was removed.
  if (isSerialized(response)) return { actual: plain, executed };
  const { data } = response;
  const actual = data === null ? 0 : new ShownCost(argumentCosts).fields(fields, state.root, data);
  return { actual, executed: Math.max(executed, actual) };
}

abstract class Cost {
  readonly #argumentCosts: ArrayLike<number>;

  constructor(argumentCosts: ArrayLike<number>) {
    this.#argumentCosts = argumentCosts;
  }

  protected argumentsOf({ arguments: cost }: CountedField): number {
    return typeof cost === 'number' ? cost : (this.#argumentCosts[cost.index] as number);
  }
}

/** Cost of the objects in the services' responses. Values that do not fit their types cost nothing. */
class ExecutedCost extends Cost {
  /** An entity may stand in several places; its costs are counted once for each field. */
  readonly #shared = new Map<CountedField, Map<EntityResult, number>>();

  root(fields: CountedFields, { root, notBegun }: ExecutionState, leastByKey: CountedResponse['leastByKey']): number {
    let total = 0;
    for (const field of fields) {
      if (notBegun !== null && field.slot !== null && field.slot >= notBegun) continue;
      total += Math.max(this.#field(field, root), leastByKey?.get(field.key) ?? 0);
    }
    return total;
  }

  #fields(fields: CountedFields, object: ResponseObject): number {
    let total = 0;
    for (let index = 0; index < fields.length; index += 1) total += this.#field(fields[index] as CountedField, object);
    return total;
  }

  #field(field: CountedField, object: ResponseObject): number {
    const { slot, value } = field;
    if (value.kind === 'introspection') return value.weight;
    if (slot === null) return this.#in(field, object);
    const result = entityResultIn(object, slot);
    if (!result) return 0;
    if (!result.entity) return result.entity === null ? Math.max(0, this.argumentsOf(field)) : 0;
    return result.shared ? this.#inShared(field, result, result.entity) : this.#in(field, result.entity);
  }

  #inShared(field: CountedField, result: EntityResult, entity: ResponseObject): number {
    let costs = this.#shared.get(field);
    if (!costs) {
      costs = new Map();
      this.#shared.set(field, costs);
    }
    let cost = costs.get(result);
    if (cost === undefined) {
      cost = this.#in(field, entity);
      costs.set(result, cost);
    }
    return cost;
  }

  #in(field: CountedField, holder: ResponseObject): number {
    const value = field.read(holder);
    const cost = this.argumentsOf(field) + this.#value(field.value, value, field.lists);
    return cost > 0 ? cost : 0;
  }

  #value(counted: CountedValue, value: unknown, lists: number): number {
    if (value === null || value === undefined) return 0;
    if (lists > 0) return Array.isArray(value) ? this.#list(counted, value, lists - 1) : 0;
    if (counted.kind === 'leaf' || counted.kind === 'introspection') return counted.weight;
    if (typeof value !== 'object') return 0;
    const object = counted.kind === 'object' ? counted.object : typeOf(counted, value as ResponseObject);
    if (!object) return 0;
    return object.fields.length === 0
      ? object.weight
      : object.weight + this.#fields(object.fields, value as ResponseObject);
  }

  #list(counted: CountedValue, values: readonly unknown[], lists: number): number {
    let total = 0;
    for (let index = 0; index < values.length; index += 1) total += this.#value(counted, values[index], lists);
    return total;
  }
}

/** Cost of the objects in a response with nulls in place of some. Types are those of the services' objects. */
class ShownCost extends Cost {
  fields(fields: CountedFields, object: ResponseObject, shown: Record<string, unknown>): number {
    let total = 0;
    for (const field of fields) {
      const { slot, value } = field;
      const holder = slot === null ? object : entityResultIn(object, slot)?.entity;
      const own = holder ? field.read(holder) : undefined;
      const cost = this.argumentsOf(field) + this.#value(value, own, shown[field.key], field.lists);
      if (value.kind === 'introspection') total += value.weight;
      else if (cost > 0) total += cost;
    }
    return total;
  }

  #value(counted: CountedValue, value: unknown, shown: unknown, lists: number): number {
    if (shown === null || shown === undefined) return 0;
    if (lists > 0) {
      let total = 0;
      const items = shown as readonly unknown[];
      for (const [index, item] of items.entries())
        total += this.#value(counted, (value as readonly unknown[])[index], item, lists - 1);
      return total;
    }
    if (counted.kind === 'leaf' || counted.kind === 'introspection') return counted.weight;
    const object = counted.kind === 'object' ? counted.object : typeOf(counted, value as ResponseObject);
    if (!object) return 0;
    return object.weight + this.fields(object.fields, value as ResponseObject, shown as Record<string, unknown>);
  }
}

function typeOf(
  { types, typeSlot }: Extract<CountedValue, { kind: 'abstract' }>,
  object: ResponseObject,
): CountedObject | undefined {
  const name = typeSlot === undefined ? object.__typename : entityResultIn(object, typeSlot)?.entity?.__typename;
  return types.get(name as string);
}
