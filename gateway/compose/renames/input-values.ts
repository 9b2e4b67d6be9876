// Renaming of input values: input fields and enum values in JSON values of a type.
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

/** Renames input fields and enum values in input values. */
export class InputRenamer {
  readonly #names: InputNames;
  readonly #renamed = new Map<GraphQLNamedType, boolean>();

  /** @param names by the names of the types that are passed to `rename`. */
  constructor(names: InputNames) {
    this.#names = names;
  }

  /** Whether a value of the type can contain anything renamed. */
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

  /** A renamed copy; values that do not fit the type stay as they are. */
  rename(value: unknown, type: GraphQLInputType): unknown {
    if (value === null || value === undefined || !this.concerns(type)) return value;
    const nullable = getNullableType(type);
    if (isListType(nullable)) {
      // A single value is allowed for a list (GraphQL specification, section 3.11).
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
