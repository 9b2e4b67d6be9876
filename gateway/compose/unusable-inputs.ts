// Validation of inputs: rejects literals that are invalid for their types, where graphql-js drops defaults silently,
// and required inputs that clients do not see.
import {
  type ConstValueNode,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  Kind,
  print,
  type ValueNode,
  valueFromAST,
} from 'graphql';
import { declaredDirectives } from './declared-directives.ts';
import type { NamedSchema } from './merge/sources.ts';
import { elementsOf, inputValuesOf, memberCoordinate } from './schema-elements.ts';

/** One message for each invalid default value and directive argument in a schema's SDL. */
export function findInvalidLiterals(schema: GraphQLSchema): string[] {
  const defaults = inputValuesOf(schema).flatMap(({ coordinate, node: { astNode, type } }) => {
    const literal = astNode?.defaultValue;
    return literal && !isValidLiteral(literal, type)
      ? [`${coordinate} has the default ${print(literal)}, which is no ${type}; correct the default`]
      : [];
  });
  const applied = elementsOf(schema).flatMap(({ coordinate, node }) =>
    declaredDirectives(node).flatMap((directive) =>
      (directive.arguments ?? []).flatMap(({ name, value }) => {
        const definition = schema.getDirective(directive.name.value)?.args.find((each) => each.name === name.value);
        return definition && !isValidLiteral(value, definition.type)
          ? [`${print(directive)} on ${coordinate}: ${print(value)} is no ${definition.type}`]
          : [];
      }),
    ),
  );
  return [...defaults, ...applied];
}

function isValidLiteral(node: ConstValueNode, type: GraphQLInputType): boolean {
  if (isNonNullType(type)) return node.kind !== Kind.NULL && isValidLiteral(node, type.ofType);
  if (node.kind === Kind.NULL) return true;
  if (isListType(type)) {
    return node.kind === Kind.LIST
      ? node.values.every((item) => isValidLiteral(item, type.ofType))
      : isValidLiteral(node, type.ofType);
  }
  if (!isInputObjectType(type)) return valueFromAST(node, type) !== undefined;
  if (node.kind !== Kind.OBJECT || (type.isOneOf && node.fields.length !== 1)) return false;
  const fields = type.getFields();
  return (
    node.fields.every(({ name, value }) => {
      const field = fields[name.value];
      return field !== undefined && isValidLiteral(value, field.type);
    }) &&
    Object.values(fields).every(
      (field) =>
        !isNonNullType(field.type) ||
        field.astNode?.defaultValue !== undefined ||
        node.fields.some(({ name }) => name.value === field.name),
    )
  );
}

/** One message for each inaccessible input that is required, and for each default that contains inaccessible parts. */
export function findInaccessibleInputs(sources: readonly NamedSchema[], inaccessible: ReadonlySet<string>): string[] {
  if (inaccessible.size === 0) return [];
  const problems = sources.flatMap(({ name, schema }) =>
    inputValuesOf(schema).flatMap(({ coordinate, node: { type, astNode } }) => {
      const holder = coordinate.slice(0, coordinate.indexOf(coordinate.includes('(') ? '(' : '.'));
      const [typeName = ''] = holder.split('.');
      const isForGateway = schema.getQueryType()?.name === typeName && holder.includes('._');
      if (isForGateway || inaccessible.has(holder) || inaccessible.has(typeName)) return [];
      const isHidden = inaccessible.has(coordinate) || inaccessible.has(getNamedType(type).name);
      const literal = astNode?.defaultValue;
      if (isHidden) {
        return isNonNullType(type) && !literal
          ? [
              `${name}: ${coordinate} is required, and @inaccessible hides it from clients; make it optional, or ` +
                `put @inaccessible on ${holder} too`,
            ]
          : [];
      }
      const value = literal && hiddenPart(literal, type, inaccessible);
      return value
        ? [`${name}: ${coordinate} has the default ${print(literal)}, in which ${value} is @inaccessible`]
        : [];
    }),
  );
  return [...new Set(problems)];
}

/** Coordinate of an inaccessible enum value or input field in a literal. */
function hiddenPart(node: ValueNode, type: GraphQLInputType, inaccessible: ReadonlySet<string>): string | undefined {
  if (node.kind === Kind.LIST) {
    const inner = isNonNullType(type) ? type.ofType : type;
    const items = isListType(inner) ? inner.ofType : inner;
    return node.values.map((item) => hiddenPart(item, items, inaccessible)).find((found) => found !== undefined);
  }
  const named = getNamedType(type);
  if (isEnumType(named) && node.kind === Kind.ENUM) {
    const coordinate = memberCoordinate(named.name, node.value);
    return inaccessible.has(coordinate) ? coordinate : undefined;
  }
  if (!isInputObjectType(named) || node.kind !== Kind.OBJECT) return undefined;
  for (const { name, value } of node.fields) {
    const field = named.getFields()[name.value];
    const found = field && hiddenPart(value, field.type, inaccessible);
    if (found) return found;
  }
  return undefined;
}
