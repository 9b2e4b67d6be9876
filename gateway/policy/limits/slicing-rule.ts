// Slicing rule: rejects a field whose `@listSize` requires a slicing argument, where an operation gives none of them
// and the list has no bound. A default value is enough; of several that are given, the greatest counts.
import {
  type FieldNode,
  type GraphQLError,
  type GraphQLField,
  type GraphQLNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { DocumentRule } from '../../engine/document-store.ts';
import { requestError } from '../../errors.ts';
import type { CostRules, ListSize } from './cost-rules.ts';

/** Maximum number of errors reported for one document. */
const MAX_ERRORS = 10;

/** @param shown the client schema name of a coordinate of the graph; null where the client's view does not have it. */
export function createSlicingRule(
  { lists }: CostRules,
  shown: (coordinate: string) => string | null = (coordinate) => coordinate,
): DocumentRule {
  const requiring = new Map([...lists].filter(([, { requireOneSlicingArgument }]) => requireOneSlicingArgument));
  if (requiring.size === 0) return () => [];
  return (schema, document, steps) => {
    const errors: GraphQLError[] = [];
    const types = new TypeInfo(schema);
    visit(
      document,
      visitWithTypeInfo(types, {
        [Kind.FIELD](node: FieldNode) {
          const definition = types.getFieldDef();
          steps.spend(1 + (node.arguments?.length ?? 0));
          const size = definition && requirementOf(requiring, types.getParentType(), definition);
          if (size && errors.length < MAX_ERRORS && !isSliced(node, definition, size)) {
            errors.push(unsliced(node, coordinateOf(types.getParentType(), definition), size, shown));
          }
        },
      }),
    );
    return errors;
  };
}

function requirementOf(
  lists: ReadonlyMap<string, ListSize>,
  type: GraphQLNamedType | null | undefined,
  { name }: GraphQLField<unknown, unknown>,
): ListSize | undefined {
  if (!isObjectType(type) && !isInterfaceType(type)) return undefined;
  for (const each of [type, ...type.getInterfaces()]) {
    const size = lists.get(`${each.name}.${name}`);
    if (size) return size;
  }
  return undefined;
}

function isSliced(
  { arguments: given = [] }: FieldNode,
  { args }: GraphQLField<unknown, unknown>,
  { slicingArguments }: ListSize,
): boolean {
  return slicingArguments.some((path) => {
    const [name] = path.split('.');
    const written = given.find((argument) => argument.name.value === name);
    if (written) return written.value.kind !== Kind.NULL;
    const defined = args.find((argument) => argument.name === name);
    return defined?.defaultValue !== undefined && defined.defaultValue !== null;
  });
}

function coordinateOf(type: GraphQLNamedType | null | undefined, { name }: GraphQLField<unknown, unknown>): string {
  return `${type?.name}.${name}`;
}

function unsliced(
  node: FieldNode,
  coordinate: string,
  { slicingArguments }: ListSize,
  shown: (coordinate: string) => string | null,
): GraphQLError {
  const field = shown(coordinate)?.split('.')[1] ?? node.name.value;
  const names = slicingArguments.flatMap((path) => {
    const [argument, ...below] = path.split('.');
    const name = shown(`${coordinate}(${argument}:)`)?.split(/[(:]/)[1];
    return name === undefined ? [] : `"${[name, ...below].join('.')}"`;
  });
  const which = names.length === 1 ? `the argument ${names}` : `one of the arguments ${names.join(', ')}`;
  const wants =
    names.length === 0 ? 'cannot be selected here: nothing determines' : `requires ${which}, which determines`;
  const message = `The field "${field}" ${wants} how long its list may be.`;
  return requestError('GRAPHQL_VALIDATION_FAILED', { message, nodes: node });
}
