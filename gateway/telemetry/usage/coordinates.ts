// Schema coordinates used by an operation: those of fields, arguments, input fields and enum values, each with the AST
// node that uses it. https://spec.graphql.org/draft/#sec-Schema-Coordinates

import {
  type ASTNode,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLNamedInputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInputType,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  typeFromAST,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { fragmentsOf } from '../../fragments.ts';

/**
 * Certainty of a use: `certain` for coordinates in the document itself; `variable` for those that a variable of an
 * input type may contain, depending on its value.
 */
export type UsageKind = 'certain' | 'variable';

export type CoordinateVisitor = (coordinate: string, node: ASTNode, use: UsageKind) => void;

/**
 * Calls `report` for each use of a coordinate in the operation: types (`Product`), fields (`Product.name`), arguments
 * (`Query.products(first:)`), input fields (`PlaceOrderInput.lines`) and enum values (`Category.AUDIO`). An enum field
 * in a response uses none of its values. Coordinates that the schema does not have are skipped, as are introspection
 * fields.
 * @param oncePerType reports the possible contents of variables once for each of their types, not once for each
 *   variable: the time is then linear in the document and the schema.
 */
export function visitCoordinates(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  schema: GraphQLSchema,
  report: CoordinateVisitor,
  oncePerType = false,
): void {
  const reportedTypes = new Set<GraphQLNamedInputType>();
  // Introspection is not reported.
  const found: CoordinateVisitor = (coordinate, node, use) => {
    if (!coordinate.startsWith('__')) report(coordinate, node, use);
  };
  const info = new TypeInfo(schema);
  const fragments = fragmentsOf(document);
  const seen = new Set<string>();
  const typeCondition = (node: { typeCondition?: { name: { value: string } } | undefined } & ASTNode) => {
    if (node.typeCondition && schema.getType(node.typeCondition.name.value)) {
      found(node.typeCondition.name.value, node, 'certain');
    }
  };
  const walk = (definition: ASTNode): void => {
    visit(
      definition,
      visitWithTypeInfo(info, {
        [Kind.FIELD]: (node) => {
          const field = info.getFieldDef();
          const parent = info.getParentType();
          if (!field || !parent || field.name.startsWith('__')) return;
          found(`${parent.name}.${field.name}`, node, 'certain');
          found(getNamedType(field.type).name, node, 'certain');
        },
        [Kind.ARGUMENT]: (node) => {
          const field = info.getFieldDef();
          // Arguments of directives are not counted.
          if (info.getDirective() || !field || field.name.startsWith('__')) return;
          const argument = info.getArgument();
          if (argument) found(`${info.getParentType()?.name}.${field.name}(${argument.name}:)`, node, 'certain');
        },
        [Kind.OBJECT_FIELD]: (node) => {
          const type = getNamedType(info.getParentInputType());
          if (!isInputObjectType(type) || !type.getFields()[node.name.value]) return;
          found(`${type.name}.${node.name.value}`, node, 'certain');
        },
        [Kind.OBJECT]: (node) => useType(getNamedType(info.getInputType()), node),
        [Kind.ENUM]: (node) => {
          const type = getNamedType(info.getInputType());
          if (isEnumType(type) && type.getValue(node.value)) found(`${type.name}.${node.value}`, node, 'certain');
        },
        [Kind.VARIABLE_DEFINITION]: (node) => {
          const type = typeFromAST(schema, node.type as Parameters<typeof typeFromAST>[1]);
          if (isInputType(type)) useByVariable(type, node, found, oncePerType ? reportedTypes : new Set());
        },
        [Kind.INLINE_FRAGMENT]: typeCondition,
        [Kind.FRAGMENT_DEFINITION]: typeCondition,
        [Kind.FRAGMENT_SPREAD]: ({ name }) => {
          const fragment = fragments.get(name.value);
          if (fragment && !seen.has(name.value)) {
            seen.add(name.value);
            pending.push(fragment);
          }
        },
      }),
    );
  };
  const useType = (type: { name: string } | undefined | null, node: ASTNode) => {
    if (type) found(type.name, node, 'certain');
  };
  const pending: ASTNode[] = [operation];
  for (let next = pending.pop(); next; next = pending.pop()) walk(next);
}

/** The coordinates of an operation that contain a dot, sorted: those that usage is counted for. */
export function coordinatesOf(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  schema: GraphQLSchema,
): readonly string[] {
  const coordinates = new Set<string>();
  const add = (coordinate: string) => {
    if (coordinate.includes('.')) coordinates.add(coordinate);
  };
  visitCoordinates(document, operation, schema, add, true);
  return [...coordinates].sort();
}

/**
 * Reports all coordinates that a variable of this type may use; input types may contain each other.
 * @param seen types that are skipped; reported types are added.
 */
function useByVariable(
  type: GraphQLInputType,
  node: ASTNode,
  found: CoordinateVisitor,
  seen: Set<GraphQLNamedInputType>,
): void {
  const reportType = (next: GraphQLInputType): void => {
    const named = getNamedType(next);
    if (seen.has(named)) return;
    seen.add(named);
    found(named.name, node, 'variable');
    if (isEnumType(named)) {
      for (const { name } of named.getValues()) found(`${named.name}.${name}`, node, 'variable');
    } else if (isInputObjectType(named)) {
      for (const field of Object.values(named.getFields())) {
        found(`${named.name}.${field.name}`, node, 'variable');
        reportType(field.type);
      }
    }
  };
  reportType(type);
}
