// Merging of enums by their use: an output enum has every value that a source may return, an input enum the values that
// every source accepts, and one that is both needs the same values everywhere, so that a value is rolled out service by
// service with `@inaccessible`.
import {
  type GraphQLEnumType,
  type GraphQLEnumValue,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
} from 'graphql';
import { isGatewayField } from '../gateway-fields.ts';
import { rootTypeNamesOf } from '../root-types.ts';
import { memberCoordinate } from '../schema-elements.ts';
import {
  deprecationOf,
  descriptionOf,
  differenceBetween,
  listed,
  type MergeReport,
  membersByName,
  type NamedSchema,
  type Sourced,
} from './sources.ts';

export interface EnumUse {
  input: ReadonlySet<string>;
  output: ReadonlySet<string>;
}

export interface MergedEnumValue {
  description: string | undefined;
  deprecationReason: string | undefined;
}

/**
 * Names of the enums that clients send, and of those that they receive. Arguments of lookup fields do not count:
 * clients do not see them.
 */
export function enumUse(sources: readonly NamedSchema[]): EnumUse {
  const input = new Set<string>();
  const output = new Set<string>();
  for (const { schema } of sources) {
    const lookupInputs = lookupOnlyInputs(schema);
    for (const type of Object.values(schema.getTypeMap())) {
      if (isIntrospectionType(type)) continue;
      if (isInputObjectType(type) && !lookupInputs.has(type.name)) {
        for (const field of Object.values(type.getFields())) addEnum(input, field.type);
      }
      if (!isObjectType(type) && !isInterfaceType(type)) continue;
      const isRoot = rootTypeNamesOf(schema).has(type.name);
      for (const field of Object.values(type.getFields())) {
        addEnum(output, field.type);
        if (isRoot && isGatewayField(field)) continue;
        for (const argument of field.args) addEnum(input, argument.type);
      }
    }
  }
  return { input, output };
}

/** Input types that only arguments of lookup fields use. */
function lookupOnlyInputs(schema: GraphQLSchema): Set<string> {
  const [byLookupFields, byClients] = [new Set<string>(), new Set<string>()];
  const follow = (type: unknown, found: Set<string>): void => {
    const named = getNamedType(type as never);
    if (!isInputObjectType(named) || found.has(named.name)) return;
    found.add(named.name);
    for (const field of Object.values(named.getFields())) follow(field.type, found);
  };
  const roots = rootTypeNamesOf(schema);
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || (!isObjectType(type) && !isInterfaceType(type))) continue;
    for (const field of Object.values(type.getFields())) {
      const found = roots.has(type.name) && isGatewayField(field) ? byLookupFields : byClients;
      for (const argument of field.args) follow(argument.type, found);
    }
  }
  return new Set([...byLookupFields].filter((name) => !byClients.has(name)));
}

function addEnum(found: Set<string>, type: unknown): void {
  const named = getNamedType(type as never);
  if (isEnumType(named)) found.add(named.name);
}

/**
 * The values of an enum in the graph, by name.
 * @param isInaccessible whether a coordinate is hidden from clients.
 */
export function mergeEnum(
  name: string,
  definitions: readonly Sourced<GraphQLEnumType>[],
  { input, output }: EnumUse,
  isInaccessible: (coordinate: string) => boolean,
  report: MergeReport,
): Map<string, MergedEnumValue> {
  const visible = (type: GraphQLEnumType) =>
    type.getValues().filter((value) => !isInaccessible(memberCoordinate(name, value.name)));
  const byName = membersByName<GraphQLEnumType, GraphQLEnumValue>(definitions, visible);
  const merged = new Map(
    [...byName].map(([value, found]) => [
      value,
      { description: descriptionOf(found), deprecationReason: deprecationOf(found) },
    ]),
  );
  const difference = differenceBetween(definitions, (type) =>
    visible(type)
      .map((value) => value.name)
      .sort()
      .join(' | '),
  );
  if (!difference || !input.has(name)) return merged;
  if (output.has(name)) {
    report.conflicts.push(
      `${name} is ${difference}; clients both send and receive it, so it has the same values everywhere: ` +
        'add the missing ones, or mark new ones with @inaccessible until every service has them',
    );
    return merged;
  }
  for (const [value, found] of byName) {
    if (found.length === definitions.length) continue;
    merged.delete(value);
    const lacking = definitions.filter(({ source }) => !found.some((one) => one.source === source));
    report.warnings.push(
      `${memberCoordinate(name, value)} is not in the graph: ${listed(found.map(({ source }) => source))} ` +
        'accepts it, ' +
        `${listed(lacking.map(({ source }) => source))} does not`,
    );
  }
  if (merged.size === 0) report.conflicts.push(`${name} is ${difference}; no value is accepted everywhere`);
  return merged;
}
