// What a view must not leave out of what it has: sentences about everything that would leave clients with a schema that is
// not valid, that cannot be asked, or that shows what somebody meant to hide.
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
import { argumentOf, memberOf } from '../compose/parts.ts';
import { type Chosen, sees, seesDirective } from './visible.ts';

/** One sentence for each thing that is missing. */
export function findGaps(schema: GraphQLSchema, chosen: Chosen): string[] {
  const { visible } = chosen;
  const query = schema.getQueryType()?.name ?? 'Query';
  if (!visible.has(query)) {
    return [
      ...includedInVain(schema, chosen),
      `nothing is left of ${query}; ${chosen.include ? `include some of its fields, such as "${query}.*"` : 'exclude less'}`,
    ];
  }
  const gaps = includedInVain(schema, chosen);
  for (const directive of schema.getDirectives()) {
    if (!seesDirective(visible, directive)) continue;
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
    for (const each of type.getInterfaces()) gaps.push(...interfaceGaps(type, each, chosen));
    for (const field of Object.values(type.getFields())) {
      const coordinate = memberOf(type.name, field.name);
      if (!visible.has(coordinate)) continue;
      for (const argument of field.args) {
        const name = argumentOf(type.name, field.name, argument.name);
        if (visible.has(name)) gaps.push(...defaultGaps(name, argument, visible));
        else if (isRequiredArgument(argument)) {
          gaps.push(`${name} is hidden, but nobody can ask ${coordinate} without it; exclude ${coordinate}`);
        }
      }
    }
  }
  return gaps;
}

function inputGaps(typeName: string, field: GraphQLInputField, visible: ReadonlySet<string>): string[] {
  const coordinate = memberOf(typeName, field.name);
  if (visible.has(coordinate)) return defaultGaps(coordinate, field, visible);
  if (!isRequiredInputField(field)) return [];
  return [`${coordinate} is hidden, but nobody can give a ${typeName} without it; exclude ${typeName}`];
}

/** A field is hidden of an interface and of the types that implement it, or of none of them. */
function interfaceGaps(
  type: GraphQLObjectType | GraphQLInterfaceType,
  above: GraphQLInterfaceType,
  { visible, excluded }: Chosen,
): string[] {
  if (excluded.has(above.name)) return [];
  return Object.values(above.getFields()).flatMap((field) => {
    const pairs = [
      [memberOf(above.name, field.name), memberOf(type.name, field.name)] as const,
      ...field.args.map(
        ({ name }) => [argumentOf(above.name, field.name, name), argumentOf(type.name, field.name, name)] as const,
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

/** What an include names one by one and the view then has not, unless an exclude took it. */
function includedInVain(schema: GraphQLSchema, { include, excluded, visible }: Chosen): string[] {
  return (include ?? []).flatMap(({ text, literal, matched: [part] }) => {
    if (!literal || !part || visible.has(part.coordinate)) return [];
    const member = part.member === undefined ? null : memberOf(part.type, part.member);
    if ([part.coordinate, part.type, member].some((name) => name !== null && excluded.has(name))) return [];
    const type = schema.getType(part.type);
    const field =
      (isObjectType(type) || isInterfaceType(type)) && part.member !== undefined && type.getFields()[part.member];
    const given = field ? getNamedType(field.type) : undefined;
    if (!given || sees(visible, given) || excluded.has(given.name)) {
      return [`include: ${text} brings nothing: nothing that is included leads to it`];
    }
    return [
      `include: ${text} gives ${given.name}, of which nothing is included; ` +
        `include "${given.name}" or some of its fields`,
    ];
  });
}

/** Default values that speak of what the view has not. */
function defaultGaps(
  coordinate: string,
  { type, defaultValue }: GraphQLArgument | GraphQLInputField,
  visible: ReadonlySet<string>,
): string[] {
  return hiddenInValue(type, defaultValue, visible).map(
    (hidden) => `${hidden} is hidden, but it is in the default of ${coordinate}; hide that as well`,
  );
}

/** Coordinates of hidden enum values and input fields that a value consists of. */
function hiddenInValue(type: GraphQLInputType, value: unknown, visible: ReadonlySet<string>): string[] {
  if (value === undefined || value === null) return [];
  if (isNonNullType(type)) return hiddenInValue(type.ofType, value, visible);
  if (isListType(type)) return [value].flat().flatMap((item) => hiddenInValue(type.ofType, item, visible));
  if (isEnumType(type)) {
    const name = type.getValues().find((candidate) => candidate.value === value)?.name;
    return name === undefined || visible.has(memberOf(type.name, name)) ? [] : [memberOf(type.name, name)];
  }
  if (!isInputObjectType(type)) return [];
  const fields = type.getFields();
  return Object.entries(value).flatMap(([name, item]) => {
    const coordinate = memberOf(type.name, name);
    if (!visible.has(coordinate)) return [coordinate];
    return fields[name] ? hiddenInValue(fields[name].type, item, visible) : [];
  });
}
