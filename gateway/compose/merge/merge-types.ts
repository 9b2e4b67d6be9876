// Merging of types that several sources define: the merged definition is valid for every source that a field may be
// fetched from, and does not depend on the order of the sources.
import {
  type GraphQLEnumType,
  type GraphQLInputObjectType,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isNonNullType,
  isObjectType,
  isSpecifiedScalarType,
  isUnionType,
} from 'graphql';
import { gatewayFieldsIn } from '../gateway-fields.ts';
import { rootTypeNamesOf } from '../root-types.ts';
import { memberCoordinate } from '../schema-elements.ts';
import { mergeInputValues } from './arguments.ts';
import { type EnumUse, enumUse, mergeEnum } from './enums.ts';
import { mergeFields } from './fields.ts';
import { alignInterfaces } from './interfaces.ts';
import type { MergedType } from './merged-type.ts';
import { rootConflicts } from './root-fields.ts';
import {
  descriptionOf,
  differenceBetween,
  grouped,
  listed,
  type MergeReport,
  type NamedSchema,
  type Sourced,
} from './sources.ts';

export interface MergedTypes extends MergeReport {
  /** Types that more than one source defines, by name. */
  types: ReadonlyMap<string, MergedType>;
}

/**
 * Merges the types that several sources define.
 * @param inaccessible coordinates that clients do not see.
 */
export function mergeTypes(sources: readonly NamedSchema[], inaccessible: ReadonlySet<string>): MergedTypes {
  return new TypeMerger(sources, inaccessible).run();
}

class TypeMerger {
  readonly #sources: readonly NamedSchema[];
  readonly #inaccessible: ReadonlySet<string>;
  readonly #report: MergeReport = { conflicts: [], warnings: [] };
  readonly #roots: ReadonlySet<string>;
  #enumUse: EnumUse | undefined;

  constructor(sources: readonly NamedSchema[], inaccessible: ReadonlySet<string>) {
    // Sorted: what is taken from the first source must not depend on the order in the configuration.
    this.#sources = [...sources].sort((one, other) => (one.name < other.name ? -1 : 1));
    this.#inaccessible = inaccessible;
    this.#roots = new Set(sources.flatMap(({ schema }) => [...rootTypeNamesOf(schema)]));
  }

  run(): MergedTypes {
    const types = new Map<string, MergedType>();
    for (const [name, definitions] of this.#shared()) {
      const merged = this.#merge(name, definitions);
      if (merged) types.set(name, merged);
    }
    if (this.#report.conflicts.length === 0) alignInterfaces(types, this.#sources, this.#report);
    return { types, ...this.#report };
  }

  #shared(): Map<string, Sourced<GraphQLNamedType>[]> {
    const byName = new Map<string, Sourced<GraphQLNamedType>[]>();
    for (const { name, schema } of this.#sources) {
      for (const type of Object.values(schema.getTypeMap())) {
        if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
        grouped(byName, type.name).push({ source: name, node: type });
      }
    }
    for (const [name, { length }] of byName) if (length < 2) byName.delete(name);
    return byName;
  }

  #merge(name: string, definitions: Sourced<GraphQLNamedType>[]): MergedType | null {
    const kinds = differenceBetween(definitions, kindOf);
    if (kinds) {
      this.#report.conflicts.push(`${name} is ${kinds}; a type is of one kind everywhere`);
      return null;
    }
    const description = descriptionOf(definitions);
    const [first] = definitions as [Sourced<GraphQLNamedType>];
    if (isObjectType(first.node) || isInterfaceType(first.node)) {
      const isRoot = this.#roots.has(name);
      const forGateway = isRoot ? gatewayFieldsIn(this.#sources.map(({ schema }) => schema)) : null;
      const isSkipped = (field: string) => forGateway?.has(memberCoordinate(name, field)) ?? false;
      if (isRoot) this.#report.conflicts.push(...rootConflicts(name, definitions));
      return { description, fields: mergeFields(name, definitions, isSkipped, this.#report) };
    }
    if (isEnumType(first.node)) {
      this.#enumUse ??= enumUse(this.#sources);
      const isInaccessible = (coordinate: string) => this.#inaccessible.has(coordinate);
      const enums = definitions as Sourced<GraphQLEnumType>[];
      return { description, values: mergeEnum(name, enums, this.#enumUse, isInaccessible, this.#report) };
    }
    if (!isInputObjectType(first.node)) return { description };
    const inputs = definitions as Sourced<GraphQLInputObjectType>[];
    const conflictsBefore = this.#report.conflicts.length;
    const inputFields = mergeInputValues(
      inputs,
      (type) => Object.values(type.getFields()),
      (field) => memberCoordinate(name, field),
      this.#report,
    );
    if (
      this.#report.conflicts.length === conflictsBefore &&
      [...inputFields.values()].every((field) => field === null)
    ) {
      this.#report.conflicts.push(
        `${name} has no field that is accepted everywhere: ${listed(inputs.map(({ source }) => source))} have ` +
          'fields of their own; ' +
          'give it a common field, or another name in one of them',
      );
    }
    return { description, isOneOf: this.#isOneOf(name, inputs), inputFields };
  }

  /** A `@oneOf` type of one source is one in the graph; the other sources must accept what it allows. */
  #isOneOf(name: string, inputs: readonly Sourced<GraphQLInputObjectType>[]): boolean {
    if (!inputs.some(({ node }) => node.isOneOf)) return false;
    for (const { source, node } of inputs) {
      const needed = Object.values(node.getFields()).find(
        ({ type, defaultValue }) => isNonNullType(type) || defaultValue !== undefined,
      );
      if (!needed || node.isOneOf) continue;
      this.#report.conflicts.push(
        `${name} takes exactly one field in ` +
          `${listed(inputs.filter((one) => one.node.isOneOf).map((one) => one.source))} (@oneOf), ` +
          `but ${source} always has ${memberCoordinate(name, needed.name)}; give it one form`,
      );
    }
    return true;
  }
}

function kindOf(type: GraphQLNamedType): string {
  if (isObjectType(type)) return 'an object type';
  if (isInterfaceType(type)) return 'an interface';
  if (isUnionType(type)) return 'a union';
  if (isEnumType(type)) return 'an enum';
  return isInputObjectType(type) ? 'an input' : 'a scalar';
}
