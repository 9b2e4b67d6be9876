// Slow path of response completion: values as the specification requires them (October 2021, section 6.4.3), null
// propagation, every error at its path. The serializer does the same for responses without any problem.
import type { GraphQLError } from 'graphql';
import { ErrorCode, errorExtensions } from '../errors.ts';
import { NumberText } from '../json/number-text.ts';
import type { DeniedField } from '../query-plan/plan.ts';
import type { FieldShape, Leaf, ValueType } from '../query-plan/shape.ts';
import { begunFields, type CompiledPlan } from './compiled-plan.ts';
import { belowField, CompletionErrors, injectedError } from './completion-errors.ts';
import type { ExecutionState } from './execution-state.ts';
import { type DegradedFields, isOutage } from './fallbacks.ts';
import { type Extensions, FieldError, type Path } from './field-error.ts';
import { entityResultIn, type ResponseObject } from './hot-path/index.ts';
import { leafValue, notInView, UnfitValue } from './leaf-values.ts';
import { fieldsOf, typeNameOf, unselectedProperties } from './object-type.ts';
import { firstPart, type PartFields, type PartStart } from './part-fields.ts';
import { failureOf } from './slot-failures.ts';

export interface Completed {
  data: Record<string, unknown> | null;
  errors: GraphQLError[];
  /** The fields that have their fallbacks; null where there are none. */
  degraded: DegradedFields | null;
}

/** Stands for a null at a non-null type, which propagates to the parent. */
const PROPAGATE_NULL = Symbol('a null at a non-null type');

/** The reason for a null in place of an entity that has no key to fetch it by. */
const keyMissing: Extensions = errorExtensions('ENTITY_KEY_MISSING');

/**
 * Completes one part of a response in parts. Its data is null where a null has reached the part's own object.
 * @param part null for all that is below the part's own object.
 */
export function completePart(
  compiled: CompiledPlan,
  state: ExecutionState,
  part: PartFields | null,
  { fields, object, path }: PartStart,
): Completed {
  const errors = new CompletionErrors(state);
  const data = new Completion(compiled, state, errors, part).fields(fields, object, path);
  return { data: data === PROPAGATE_NULL ? null : data, errors: errors.ofPart(), degraded: errors.degraded };
}

export function completeResponse(compiled: CompiledPlan, state: ExecutionState): Completed {
  const errors = new CompletionErrors(state);
  const completion = new Completion(compiled, state, errors);
  const data = completion.fields(begunFields(compiled, state.notBegun), state.root, undefined);
  return { data: data === PROPAGATE_NULL ? null : data, errors: errors.all(), degraded: errors.degraded };
}

/**
 * Whether the response's data is null already, whatever the fetches that have not begun would return (GraphQL
 * specification, section 6.4.4).
 * @param notBegun the first root fetch that has not begun, by its slot.
 */
export function isDataLost(compiled: CompiledPlan, state: ExecutionState, notBegun: number): boolean {
  const part = compiled.plan.deferred ? firstPart : null;
  const completion = new Completion(compiled, state, null, part);
  return completion.fields(begunFields(compiled, notBegun), state.root, undefined) === PROPAGATE_NULL;
}

class Completion {
  readonly #errors: CompletionErrors | null;
  readonly #compiled: CompiledPlan;
  readonly #state: ExecutionState;

  readonly #part: PartFields | null;

  /**
   * @param errors receives the errors; null where only the data is needed.
   * @param part null for the whole response.
   */
  constructor(
    compiled: CompiledPlan,
    state: ExecutionState,
    errors: CompletionErrors | null,
    part: PartFields | null = null,
  ) {
    this.#part = part;
    this.#compiled = compiled;
    this.#state = state;
    this.#errors = errors;
  }

  fields(
    fields: readonly FieldShape[],
    object: ResponseObject,
    path: Path,
  ): Record<string, unknown> | typeof PROPAGATE_NULL {
    // No prototype: a client may use `__proto__` as a response key.
    const completed: Record<string, unknown> = Object.create(null);
    let lost = false;
    const included = this.#part === null ? fields : this.#part.enter(fields, object, path);
    for (const field of included) {
      const value = this.#field(field, object, { parent: path, key: field.key });
      // Siblings are completed all the same: their errors are part of the response.
      if (value === PROPAGATE_NULL) lost = true;
      else completed[field.key] = value;
    }
    this.#part?.leave(completed);
    return lost ? PROPAGATE_NULL : completed;
  }

  #field(field: FieldShape, object: ResponseObject, path: Path): unknown {
    const { slot, property, type, denied } = field;
    if (denied !== undefined) return this.#denied(denied, type, path, field);
    if (type.kind === 'typename') {
      const own = object.__typename as string;
      return type.name ?? type.names?.[own] ?? own;
    }
    const fault = this.#state.faults?.ofField(field);
    if (fault) return this.#null(type, fault === 'error' ? [injectedError(field)] : undefined, path, field);
    if (slot === null) return this.#own(object, path, field);
    const result = entityResultIn(object, slot);
    if (result?.entity) {
      if (result.errors) this.#errors?.reportOnce(result.errors, path?.parent, field);
      return this.#own(result.entity, path, field);
    }
    // An entity that is known to be absent is no failure, though the request for others may have failed.
    const reasons =
      result?.entity === null
        ? result.errors
        : (result?.errors ?? failureOf(this.#compiled, this.#state, slot, property));
    if (field.fallback !== undefined && isOutage(reasons)) return this.#fallback(field, field.fallback, reasons, path);
    return this.#null(
      type,
      reasons?.map(belowField(property)),
      path,
      field,
      result?.isKeyless ? keyMissing : badResponse(field),
    );
  }

  /** The value of a property, which may be missing since one of several requests for the object has failed. */
  #own(object: ResponseObject, path: Path, field: FieldShape): unknown {
    const { fallback, property, type } = field;
    const reasons = fallback === undefined ? undefined : this.#state.errors.at(object, property);
    if (isOutage(reasons)) return this.#fallback(field, fallback, reasons, path);
    return this.#value(type, object, property, path, field);
  }

  /** The value that is declared for the time in which the subgraph is down, as the client's view has it. */
  #fallback(field: FieldShape, value: unknown, reasons: readonly FieldError[], path: Path): unknown {
    this.#errors?.replace(reasons, path, field);
    return this.#value(field.type, { value }, 'value', path, field);
  }

  #value(type: ValueType, container: object, key: string | number, path: Path, field: FieldShape): unknown {
    const value = Object.hasOwn(container, key) ? (container as Record<string | number, unknown>)[key] : undefined;
    if (value === null || value === undefined) {
      const reasons = this.#state.errors.at(container, key);
      if (reasons || value === null) return this.#null(type, reasons, path, field);
      return this.#invalid(type, path, field, `${coordinateOf(field)} is missing from its subgraph's response.`);
    }
    if (this.#state.errors.atValues) this.#errors?.reportOnce(this.#state.errors.at(container, key), path, field);
    if (type.kind === 'json') return value;
    if (type.kind === 'leaf') return this.#leaf(type.leaf, value, type, path, field);
    if (type.kind === 'list') {
      if (!Array.isArray(value))
        return this.#invalid(type, path, field, `${coordinateOf(field)} is not a list in its subgraph's response.`);
      return this.#list(type, value, path, field);
    }
    if (type.kind === 'typename' || typeof value !== 'object' || Array.isArray(value) || value instanceof NumberText) {
      return this.#invalid(type, path, field, `${coordinateOf(field)} is not an object in its subgraph's response.`);
    }
    const object = value as ResponseObject;
    const { typeSlot } = type.shape;
    const typeName = typeNameOf(type.shape, object) as string;
    const fields = fieldsOf(type.shape, object);
    if (typeSlot !== undefined) this.#state.errors.dismiss(object, unselectedProperties(type.shape, fields));
    if (typeSlot !== undefined && typeof typeName !== 'string') {
      const result = entityResultIn(object, typeSlot);
      const reasons =
        result?.errors ??
        (result?.entity === null ? undefined : failureOf(this.#compiled, this.#state, typeSlot, '__typename'));
      if (!reasons) return this.#invalid(type, path, field, `The type of ${coordinateOf(field)} is not known.`);
      return this.#null(
        type,
        reasons.map((reason) => reason.at(undefined)),
        path,
        field,
      );
    }
    if (type.shape.denied?.includes(typeName)) return this.#denied(typeName, type, path, field);
    if (type.shape.hidden?.includes(typeName)) return this.#null(type, undefined, path, field, notInView);
    if (!fields) {
      return this.#invalid(type, path, field, `${coordinateOf(field)} is of a type that is not possible here.`);
    }
    const completed = this.fields(fields, object, path);
    return completed === PROPAGATE_NULL ? this.#propagate(type) : completed;
  }

  #list(type: ValueType & { kind: 'list' }, items: unknown[], path: Path, field: FieldShape): unknown {
    const completed: unknown[] = [];
    let lost = false;
    for (let index = 0; index < items.length; index++) {
      const value = this.#value(type.of, items, index, { parent: path, key: index }, field);
      if (value === PROPAGATE_NULL) lost = true;
      else completed.push(value);
    }
    return lost ? this.#propagate(type) : completed;
  }

  #leaf(leaf: Leaf, value: unknown, type: ValueType, path: Path, field: FieldShape): unknown {
    const completed = leafValue(leaf, value, coordinateOf(field));
    if (!(completed instanceof UnfitValue)) return completed;
    return this.#invalid(type, path, field, completed.message, completed.extensions ?? undefined);
  }

  #denied(name: string, type: ValueType, path: Path, field: FieldShape): unknown {
    const { message, extensions } = this.#state.deniedFields.get(name) as DeniedField;
    return this.#null(type, [new FieldError(message, extensions)], path, field);
  }

  #invalid(type: ValueType, path: Path, field: FieldShape, message: string, extensions = badResponse(field)): unknown {
    return this.#null(type, [new FieldError(message, extensions)], path, field);
  }

  /**
   * A null, with the errors that explain it, or the specification's own where the type is non-null.
   * @param extensions of that one.
   */
  #null(
    type: ValueType,
    reasons: readonly FieldError[] | undefined,
    path: Path,
    field: FieldShape,
    extensions: Extensions = badResponse(field),
  ): unknown {
    for (const reason of reasons ?? []) this.#errors?.report(reason, path, field, type);
    if (!type.nonNull) return null;
    if (!reasons) {
      const message = `Cannot return null for non-nullable field ${coordinateOf(field)}.`;
      this.#errors?.report(new FieldError(message, extensions), path, field);
    }
    return PROPAGATE_NULL;
  }

  #propagate(type: ValueType): null | typeof PROPAGATE_NULL {
    return type.nonNull ? PROPAGATE_NULL : null;
  }
}

function coordinateOf({ coordinate, shown }: FieldShape): string {
  return shown ?? coordinate;
}

function badResponse({ subgraph }: FieldShape): Extensions {
  return { code: ErrorCode.SUBGRAPH_BAD_RESPONSE, subgraph };
}
