// Finds what subgraphs say differently about the same thing, before their schemas are stitched.
import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type GraphQLType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isObjectType,
  isRequiredArgument,
  isSpecifiedScalarType,
  isUnionType,
} from 'graphql';

import { rootTypeNamesOf } from './root-types.ts';

export interface NamedSchema {
  /** The subgraph's name. */
  name: string;
  schema: GraphQLSchema;
}

interface Description<T> {
  subgraph: string;
  node: T;
}

/** One sentence for each conflict; none if the schemas can be merged. */
export function findConflicts(subgraphs: readonly NamedSchema[]): string[] {
  const byType = new Map<string, Description<GraphQLNamedType>[]>();
  for (const { name, schema } of subgraphs) {
    for (const type of Object.values(schema.getTypeMap())) {
      if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
      grouped(byType, type.name).push({ subgraph: name, node: type });
    }
  }
  const roots = new Set(subgraphs.flatMap(({ schema }) => [...rootTypeNamesOf(schema)]));
  return [...byType].flatMap(([typeName, descriptions]) =>
    descriptions.length < 2
      ? []
      : [
          ...typeConflicts(typeName, descriptions, roots.has(typeName)),
          ...(roots.has(typeName) ? rootConflicts(typeName, descriptions) : []),
        ],
  );
}

function typeConflicts(typeName: string, descriptions: Description<GraphQLNamedType>[], isRoot: boolean): string[] {
  const kinds = different(descriptions, kindOf);
  if (kinds) return [`${typeName} is ${kinds}; a type is of one kind everywhere`];
  return [...fieldConflicts(typeName, descriptions, isRoot), ...inputConflicts(typeName, descriptions)];
}

function fieldConflicts(typeName: string, descriptions: Description<GraphQLNamedType>[], isRoot: boolean): string[] {
  const byField = new Map<string, Description<GraphQLField<unknown, unknown>>[]>();
  for (const { subgraph, node } of descriptions) {
    if (!isObjectType(node) && !isInterfaceType(node)) continue;
    for (const field of Object.values(node.getFields())) grouped(byField, field.name).push({ subgraph, node: field });
  }
  return [...byField].flatMap(([fieldName, fields]) => {
    const coordinate = `${typeName}.${fieldName}`;
    // Look-ups: each subgraph has its own.
    if (isRoot && fieldName.startsWith('_')) return [];
    const types = different(fields, (field) => shape(field.type));
    if (types) return [`${coordinate} is ${types}; give it one type`];
    return argumentConflicts(coordinate, fields);
  });
}

function argumentConflicts(coordinate: string, fields: Description<GraphQLField<unknown, unknown>>[]): string[] {
  const names = new Set(fields.flatMap(({ node }) => node.args.map((argument) => argument.name)));
  return [...names].flatMap((name) => {
    const having = fields.flatMap(({ subgraph, node }) => {
      const argument = node.args.find((candidate) => candidate.name === name);
      return argument ? [{ subgraph, node: argument }] : [];
    });
    const types = different(having, (argument) => String(getNullableType(argument.type)));
    if (types) return [`${coordinate}(${name}:) is ${types}; give the argument one type`];
    const without = fields.filter(({ node }) => !node.args.some((argument) => argument.name === name));
    const required = having.find(({ node }) => isRequiredArgument(node));
    if (!required || without.length === 0) return [];
    return [
      `${coordinate}(${name}:) is required in ${required.subgraph} but unknown in ${without.map(({ subgraph }) => subgraph).join(', ')}`,
    ];
  });
}

function inputConflicts(typeName: string, descriptions: Description<GraphQLNamedType>[]): string[] {
  const [first] = descriptions;
  if (isInputObjectType(first?.node)) {
    const written = (type: GraphQLNamedType) =>
      isInputObjectType(type)
        ? `{ ${Object.values(type.getFields())
            .map((field) => `${field.name}: ${field.type}`)
            .sort()
            .join(', ')} }`
        : '';
    const inputs = different(descriptions, written);
    return inputs ? [`${typeName} is ${inputs}; an input is the same everywhere, or has a name of its own`] : [];
  }
  if (isEnumType(first?.node)) {
    const written = (type: GraphQLNamedType) =>
      isEnumType(type)
        ? type
            .getValues()
            .map((value) => value.name)
            .sort()
            .join(' | ')
        : '';
    const enums = different(descriptions, written);
    return enums ? [`${typeName} is ${enums}; an enum has the same values everywhere`] : [];
  }
  return [];
}

/** A root field that two subgraphs serve would go to whichever comes last: somebody has to say which. */
function rootConflicts(typeName: string, descriptions: Description<GraphQLNamedType>[]): string[] {
  const servers = new Map<string, Description<GraphQLField<unknown, unknown>>[]>();
  for (const { subgraph, node } of descriptions) {
    if (!isObjectType(node)) continue;
    for (const field of Object.values(node.getFields())) grouped(servers, field.name).push({ subgraph, node: field });
  }
  return [...servers].flatMap(([fieldName, fields]) => {
    if (fieldName.startsWith('_') || fields.length < 2) return [];
    const canonical = fields.filter(({ node }) =>
      node.astNode?.directives?.some((directive) => directive.name.value === 'canonical'),
    );
    if (canonical.length === 1) return [];
    const who = fields.map(({ subgraph }) => subgraph).join(' and ');
    return [`${typeName}.${fieldName} is served by ${who}; rename one, or mark the one to ask with @canonical`];
  });
}

/** "A in users, B in orders" where descriptions differ, else undefined. */
function different<T>(descriptions: Description<T>[], written: (node: T) => string): string | undefined {
  const bySaying = new Map<string, string[]>();
  for (const { subgraph, node } of descriptions) grouped(bySaying, written(node)).push(subgraph);
  if (bySaying.size < 2) return undefined;
  return [...bySaying].map(([saying, subgraphs]) => `${saying} in ${subgraphs.join(', ')}`).join(' and ');
}

/** A type without its "!"s: subgraphs may differ in what they promise never to be null. */
function shape(type: GraphQLType): string {
  const nullable = getNullableType(type);
  return isListType(nullable) ? `[${shape(nullable.ofType)}]` : String(nullable);
}

function kindOf(type: GraphQLNamedType): string {
  if (isObjectType(type)) return 'an object type';
  if (isInterfaceType(type)) return 'an interface';
  if (isUnionType(type)) return 'a union';
  if (isEnumType(type)) return 'an enum';
  return isInputObjectType(type) ? 'an input' : 'a scalar';
}

function grouped<K, V>(groups: Map<K, V[]>, key: K): V[] {
  const group = groups.get(key) ?? [];
  groups.set(key, group);
  return group;
}
