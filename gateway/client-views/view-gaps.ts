// Validation of a view's selection: finds what would leave clients with an invalid schema, with fields that cannot be
// selected, or with hidden names that are visible elsewhere.
import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';
import { argumentCoordinate, memberCoordinate } from '../compose/schema-elements.ts';
import { isDirectiveVisible, isTypeVisible } from './dead-ends.ts';
import type { ViewSelection } from './visible.ts';

/** One message for each gap. */
export function findGaps(schema: GraphQLSchema, selection: ViewSelection): string[] {
  const { visible } = selection;
  const query = schema.getQueryType()?.name ?? 'Query';
  if (!visible.has(query)) {
    return [
      ...includedWithoutEffect(schema, selection),
      `nothing is left of ${query}; ` +
        (selection.include ? `include some of its fields, such as "${query}.*"` : 'exclude less'),
    ];
  }
  const gaps = includedWithoutEffect(schema, selection);
  for (const directive of schema.getDirectives()) {
    if (!isDirectiveVisible(visible, directive)) continue;
    for (const argument of directive.args) {
      gaps.push(...defaultGaps(`@${directive.name}(${argument.name}:)`, argument, visible));
    }
  }
  for (const type of Object.values(schema.getTypeMap())) {
    if (!visible.has(type.name)) continue;
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) gaps.push(...inputGaps(type.name, field, visible));
    }
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const each of type.getInterfaces()) gaps.push(...interfaceGaps(type, each, selection));
    for (const field of Object.values(type.getFields())) {
      const coordinate = memberCoordinate(type.name, field.name);
      if (!visible.has(coordinate)) continue;
      for (const argument of field.args) {
        const name = argumentCoordinate(type.name, field.name, argument.name);
        if (visible.has(name)) gaps.push(...defaultGaps(name, argument, visible));
        else if (isRequiredArgument(argument)) {
          gaps.push(`${name} is hidden, but ${coordinate} requires it; exclude ${coordinate}`);
        }
      }
    }
  }
  return gaps;
}

function inputGaps(typeName: string, field: GraphQLInputField, visible: ReadonlySet<string>): string[] {
  const coordinate = memberCoordinate(typeName, field.name);
  if (visible.has(coordinate)) return defaultGaps(coordinate, field, visible);
  if (!isRequiredInputField(field)) return [];
  return [`${coordinate} is hidden, but ${typeName} requires it; exclude ${typeName}`];
}

/** A field has to be hidden in an interface and in all types that implement it, or in none of them. */
function interfaceGaps(
  type: GraphQLObjectType | GraphQLInterfaceType,
  above: GraphQLInterfaceType,
  { visible, excluded }: ViewSelection,
): string[] {
  if (excluded.has(above.name)) return [];
  return Object.values(above.getFields()).flatMap((field) => {
    const pairs = [
      [memberCoordinate(above.name, field.name), memberCoordinate(type.name, field.name)] as const,
      ...field.args.map(
        ({ name }) =>
          [argumentCoordinate(above.name, field.name, name), argumentCoordinate(type.name, field.name, name)] as const,
      ),
    ];
    const gap = pairs.find(([ofInterface, ofType]) =>
      visible.has(ofType) ? excluded.has(ofInterface) : visible.has(ofInterface),
    );
    if (!gap) return [];
    const [hidden, shown] = visible.has(gap[1]) ? gap : [gap[1], gap[0]];
    return [
      `${hidden} is hidden and ${shown} is not, though ${type.name} implements ${above.name}; ` +
        `hide both, such as with "*${gap[0].slice(above.name.length)}", or exclude ${above.name}`,
    ];
  });
}

/** Elements that a literal include names and the view does not have, unless an exclude removed them. */
function includedWithoutEffect(schema: GraphQLSchema, { include, excluded, visible }: ViewSelection): string[] {
  return (include ?? []).flatMap(({ text, literal, matched: [element] }) => {
    if (!literal || !element || visible.has(element.coordinate)) return [];
    const member = element.member === undefined ? null : memberCoordinate(element.type, element.member);
    if ([element.coordinate, element.type, member].some((name) => name !== null && excluded.has(name))) return [];
    const type = schema.getType(element.type);
    const field =
      (isObjectType(type) || isInterfaceType(type)) && element.member !== undefined && type.getFields()[element.member];
    const given = field ? getNamedType(field.type) : undefined;
    if (!given || isTypeVisible(visible, given) || excluded.has(given.name)) {
      return [`include: ${text} has no effect: no included field leads to it`];
    }
    return [
      `include: ${text} returns ${given.name}, of which nothing is included; ` +
        `include "${given.name}" or some of its fields`,
    ];
  });
}

/** Default values that contain hidden elements. */
function defaultGaps(
  coordinate: string,
  { type, defaultValue }: GraphQLArgument | GraphQLInputField,
  visible: ReadonlySet<string>,
): string[] {
  return hiddenInValue(type, defaultValue, visible).map(
    (hidden) => `${hidden} is hidden, but it is in the default of ${coordinate}; hide that as well`,
  );
}

/** Coordinates of hidden enum values and input fields in a value. */
function hiddenInValue(type: GraphQLInputType, value: unknown, visible: ReadonlySet<string>): string[] {
  if (value === undefined || value === null) return [];
  if (isNonNullType(type)) return hiddenInValue(type.ofType, value, visible);
  if (isListType(type)) return [value].flat().flatMap((item) => hiddenInValue(type.ofType, item, visible));
  if (isEnumType(type)) {
    const name = type.getValues().find((candidate) => candidate.value === value)?.name;
    return name === undefined || visible.has(memberCoordinate(type.name, name))
      ? []
      : [memberCoordinate(type.name, name)];
  }
  if (!isInputObjectType(type)) return [];
  const fields = type.getFields();
  return Object.entries(value).flatMap(([name, item]) => {
    const coordinate = memberCoordinate(type.name, name);
    if (!visible.has(coordinate)) return [coordinate];
    return fields[name] ? hiddenInValue(fields[name].type, item, visible) : [];
  });
}
