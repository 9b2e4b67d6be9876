// Puts what is denied into the answer of an operation that was executed without it: null and an error at each place, carried
// up to where null is allowed (specification October 2021, section 6.4.4), and every key where the client's operation has it.
import type { ExecutionResult } from '@graphql-tools/utils';
import { type FieldNode, GraphQLError, type GraphQLOutputType, isListType, isNonNullType, isObjectType } from 'graphql';
import type { Denial } from './denials.ts';
import { isDenial, type Place, type PlacedField } from './denied-places.ts';

type Key = string | number;
type Path = { parent: Path; key: Key } | undefined;

/** Stands for a null that its place does not allow. */
const carriedUp = Symbol('a null that is not allowed here');

/** @throws where the result is none of the stripped operation. */
export function restoreDenied(root: Place, typenameKey: string, result: ExecutionResult): ExecutionResult {
  if (result.data === null || result.data === undefined) return result;
  const restoration = new Restoration(typenameKey);
  const data = restoration.data(root, result.data);
  const errors = [...(result.errors ?? []), ...restoration.errors];
  return { ...result, data, ...(errors.length > 0 && { errors }) };
}

/** The error for what is denied; without a path where there is no answer that it could lead into. */
export function denialError(denial: Denial, nodes: readonly FieldNode[], path?: readonly Key[]): GraphQLError {
  const { message, extensions } = denial;
  return new GraphQLError(message, { nodes, ...(path && { path }), extensions: { ...extensions } });
}

class Restoration {
  readonly errors: GraphQLError[] = [];
  readonly #typenameKey: string;

  constructor(typenameKey: string) {
    this.#typenameKey = typenameKey;
  }

  data(root: Place, data: Record<string, unknown>): Record<string, unknown> | null {
    return this.#object(root, [], data, undefined);
  }

  /** Null where the value, or something in it that may not be null, is. */
  #value(type: GraphQLOutputType, field: PlacedField, below: Place, value: unknown, path: Path): unknown {
    const nullable = isNonNullType(type) ? type.ofType : type;
    let restored: unknown = null;
    if (value !== null && value !== undefined) {
      restored =
        isListType(nullable) && Array.isArray(value)
          ? this.#list(nullable.ofType, field, below, value, path)
          : this.#object(below, field.nodes, value as Record<string, unknown>, path);
    }
    return restored === null && isNonNullType(type) ? carriedUp : restored;
  }

  #list(type: GraphQLOutputType, field: PlacedField, below: Place, values: unknown[], path: Path): unknown[] | null {
    const items = values.map((value, index) => this.#value(type, field, below, value, { parent: path, key: index }));
    return items.includes(carriedUp) ? null : items;
  }

  #object(
    place: Place,
    nodes: readonly FieldNode[],
    object: Record<string, unknown>,
    path: Path,
  ): Record<string, unknown> | null {
    const typeName = isObjectType(place.declared) ? place.declared.name : String(object[this.#typenameKey]);
    const fields = place.types.get(typeName);
    if (!fields) throw new Error(`An object of type ${typeName} stands where only ${place.declared.name} may.`);
    if (isDenial(fields)) {
      this.#report(fields, nodes, path);
      return null;
    }
    // No prototype: a client may call a field `__proto__`.
    const restored: Record<string, unknown> = Object.create(null);
    let lost = false;
    for (const field of fields) {
      const value = this.#field(field, object, { parent: path, key: field.key });
      // Siblings are looked at all the same: their errors are the client's to know.
      if (value === carriedUp) lost = true;
      else if (value !== undefined) restored[field.key] = value;
    }
    return lost ? null : restored;
  }

  /** Undefined where the answer has nothing of the field. */
  #field(field: PlacedField, object: Record<string, unknown>, path: Path): unknown {
    const { denial, below, type } = field;
    if (denial) {
      this.#report(denial, field.nodes, path);
      return isNonNullType(type) ? carriedUp : null;
    }
    const value = object[field.key];
    return below && type ? this.#value(type, field, below, value, path) : value;
  }

  #report(denial: Denial, nodes: readonly FieldNode[], path: Path): void {
    const keys: Key[] = [];
    for (let step = path; step; step = step.parent) keys.unshift(step.key);
    this.errors.push(denialError(denial, nodes, keys));
  }
}
