// Dead ends of a view: elements that lead to nothing visible, such as fields of invisible types and types without
// members, and elements that no root type leads to.
import {
  type GraphQLArgument,
  type GraphQLDirective,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isRequiredInputField,
  isScalarType,
  isUnionType,
  specifiedScalarTypes,
} from 'graphql';
import { argumentCoordinate, memberCoordinate } from '../compose/schema-elements.ts';

/** The values of an enum, and the fields of an input. */
export function membersOf(type: GraphQLNamedType): { name: string; required: boolean }[] {
  if (isEnumType(type)) return type.getValues().map(({ name }) => ({ name, required: false }));
  if (!isInputObjectType(type)) return [];
  return Object.values(type.getFields()).map((field) => ({ name: field.name, required: isRequiredInputField(field) }));
}

/**
 * Removes fields and arguments of invisible types, and types without members, until nothing changes.
 * @param isPart whether an interface without implementations may be implemented elsewhere.
 */
export function dropDeadEnds(schema: GraphQLSchema, visible: Set<string>, isPart = false): void {
  const types = Object.values(schema.getTypeMap());
  let before = -1;
  while (before !== visible.size) {
    before = visible.size;
    for (const type of types) {
      if (!visible.has(type.name) || isScalarType(type)) continue;
      if (isObjectType(type) || isInterfaceType(type)) {
        for (const field of Object.values(type.getFields())) dropDeadField(type.name, field, visible);
      }
      if (isInputObjectType(type)) {
        for (const field of Object.values(type.getFields())) {
          if (!isTypeVisible(visible, getNamedType(field.type)))
            visible.delete(memberCoordinate(type.name, field.name));
        }
      }
      if (isEmpty(schema, type, visible, isPart)) visible.delete(type.name);
    }
  }
}

function dropDeadField(typeName: string, field: GraphQLField<unknown, unknown>, visible: Set<string>): void {
  const gone = !isTypeVisible(visible, getNamedType(field.type));
  const coordinate = memberCoordinate(typeName, field.name);
  if (gone) visible.delete(coordinate);
  for (const argument of field.args) {
    if (gone || !visible.has(coordinate) || !isTypeVisible(visible, getNamedType(argument.type))) {
      visible.delete(argumentCoordinate(typeName, field.name, argument.name));
    }
  }
}

function isEmpty(
  schema: GraphQLSchema,
  type: GraphQLNamedType,
  visible: ReadonlySet<string>,
  isPart: boolean,
): boolean {
  if (isUnionType(type)) return !type.getTypes().some(({ name }) => visible.has(name));
  // No object can ever be returned for an interface without implementations.
  const possible = isInterfaceType(type) ? schema.getPossibleTypes(type) : [];
  if (isInterfaceType(type) && !possible.some(({ name }) => visible.has(name)) && (!isPart || possible.length > 0)) {
    return true;
  }
  const members = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : membersOf(type);
  return !members.some(({ name }) => visible.has(memberCoordinate(type.name, name)));
}

/** Whether a client sees the type; built-in scalars and introspection types are always visible. */
export function isTypeVisible(visible: ReadonlySet<string>, { name }: GraphQLNamedType): boolean {
  return visible.has(name) || name.startsWith('__') || specifiedScalarTypes.some((scalar) => scalar.name === name);
}

/** An executable directive is visible only with the types of all its arguments. */
export function isDirectiveVisible(visible: ReadonlySet<string>, { name, args }: GraphQLDirective): boolean {
  return name !== 'tag' && args.every(({ type }) => isTypeVisible(visible, getNamedType(type)));
}

/** The visible coordinates that can be reached from the root types. */
export function reachable(schema: GraphQLSchema, visible: ReadonlySet<string>): Set<string> {
  const found = new Set<string>();
  /** Types that fields return; an interface that is only implemented makes none of its other types reachable. */
  const given = new Set<string>();
  const open: GraphQLNamedType[] = [];
  const reach = (type: GraphQLNamedType | null | undefined, isGiven: boolean) => {
    if (!type || !visible.has(type.name) || (isGiven ? given : found).has(type.name)) return;
    found.add(type.name);
    if (isGiven) given.add(type.name);
    open.push(type);
  };
  const reachArguments = (args: readonly GraphQLArgument[], coordinate: (argument: string) => string) => {
    for (const argument of args) {
      if (!visible.has(coordinate(argument.name))) continue;
      found.add(coordinate(argument.name));
      reach(getNamedType(argument.type), true);
    }
  };
  for (const root of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]) reach(root, true);
  for (const directive of schema.getDirectives()) {
    if (!isDirectiveVisible(visible, directive)) continue;
    for (const { type } of directive.args) reach(getNamedType(type), true);
  }
  for (let type = open.pop(); type; type = open.pop()) {
    for (const { name } of membersOf(type)) {
      if (visible.has(memberCoordinate(type.name, name))) found.add(memberCoordinate(type.name, name));
    }
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) {
        if (found.has(memberCoordinate(type.name, field.name))) reach(getNamedType(field.type), true);
      }
    }
    if (isUnionType(type)) for (const member of type.getTypes()) reach(member, true);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const each of type.getInterfaces()) reach(each, false);
    if (isInterfaceType(type) && given.has(type.name)) {
      const { objects, interfaces } = schema.getImplementations(type);
      for (const each of [...objects, ...interfaces]) reach(each, true);
    }
    for (const field of Object.values(type.getFields())) {
      const coordinate = memberCoordinate(type.name, field.name);
      if (!visible.has(coordinate)) continue;
      found.add(coordinate);
      reach(getNamedType(field.type), true);
      reachArguments(field.args, (argument) => argumentCoordinate(type.name, field.name, argument));
    }
  }
  return found;
}
