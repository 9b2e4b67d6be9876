// Input values under other names: fields of inputs and values of enums, in JSON values of a type.
import {
  type GraphQLInputType,
  type GraphQLNamedType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
} from 'graphql';
import { setProperty } from '../../json/json-values.ts';
import { memberCoordinate } from '../schema-elements.ts';
import type { Renames } from './renames.ts';

export type InputNames = Pick<Renames, 'inputFields' | 'values'>;

/** Renames what is in values of input types. */
export class InputRenamer {
  readonly #names: InputNames;
  readonly #renamed = new Map<GraphQLNamedType, boolean>();

  /** @param names by the names of the types that are given to `rename`. */
  constructor(names: InputNames) {
    this.#names = names;
  }

  /** Whether anything in a value of the type can have another name. */
  concerns(type: GraphQLInputType): boolean {
    const named = getNamedType(type);
    const known = this.#renamed.get(named);
    if (known !== undefined) return known;
    const concerns = this.#concerns(named, new Set());
    this.#renamed.set(named, concerns);
    return concerns;
  }

  #concerns(type: GraphQLNamedType, visited: Set<GraphQLNamedType>): boolean {
    if (visited.has(type)) return false;
    visited.add(type);
    if (isEnumType(type)) return this.#names.values.has(type.name);
    if (!isInputObjectType(type)) return false;
    return Object.values(type.getFields()).some(
      (field) =>
        this.#names.inputFields.has(memberCoordinate(type.name, field.name)) ||
        this.#concerns(getNamedType(field.type), visited),
    );
  }

  /** A copy under the other names; what does not fit the type stays as it is. */
  rename(value: unknown, type: GraphQLInputType): unknown {
    if (value === null || value === undefined || !this.concerns(type)) return value;
    const nullable = getNullableType(type);
    if (isListType(nullable)) {
      // One value stands for a list of it (GraphQL specification, section 3.11).
      return Array.isArray(value)
        ? value.map((item) => this.rename(item, nullable.ofType))
        : this.rename(value, nullable.ofType);
    }
    if (isEnumType(nullable)) {
      return typeof value === 'string' ? (this.#names.values.get(nullable.name)?.get(value) ?? value) : value;
    }
    if (!isInputObjectType(nullable) || typeof value !== 'object' || Array.isArray(value)) return value;
    const fields = nullable.getFields();
    const renamed: Record<string, unknown> = {};
    for (const [name, below] of Object.entries(value)) {
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
      const to = this.#names.inputFields.get(memberCoordinate(nullable.name, name)) ?? name;
      setProperty(renamed, to, field ? this.rename(below, field.type) : below);
    }
    return renamed;
  }
}
