// Upload stage: where the files of a request belong. Before anything is executed, it is known that each is a value of
// the scalar `Upload`, and that one request to one service gets all of them.
import {
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isInputType,
  isListType,
  isScalarType,
  Kind,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import type { PreparedOperation } from '../engine/prepared-operation.ts';
import { requestError } from '../errors.ts';
import type { CompiledFetch } from '../execute/compiled-plan.ts';
import { Rejection } from '../policy/rejection.ts';
import type { PlacedFiles } from './placed-files.ts';
import type { OperationExecution } from './stages.ts';

/** Names of scalars of files: of most servers, and of Yoga; those that transforms and views make of them have a prefix. */
const uploadScalar = /(?:Upload|File)$/;

/** The rejection of an operation that does not take the files; null where it does. @param schema of the client. */
export function rejectedVariables(
  { operation, clientDocument }: PreparedOperation,
  files: PlacedFiles | null,
  schema: GraphQLSchema,
): Rejection | null {
  if (!files) return null;
  if (operation.operation !== 'mutation') {
    return rejected(`Files belong to mutations: a ${operation.operation} takes none.`);
  }
  const declared = clientDocument.definitions.find(
    (node): node is OperationDefinitionNode =>
      node.kind === Kind.OPERATION_DEFINITION && node.name?.value === operation.name?.value,
  );
  for (const { path, keys } of files.places) {
    const [name, ...rest] = keys;
    const definition = declared?.variableDefinitions?.find(({ variable }) => variable.name.value === name);
    const type = definition && typeFromAST(schema, definition.type as never);
    if (!isInputType(type) || !isUpload(typeAt(type, rest))) {
      return rejected(`The map has the place "${path}", which is no value of the scalar Upload.`);
    }
  }
  return null;
}

/** The type at a path in a value; undefined where there is none. */
function typeAt(type: GraphQLInputType, keys: readonly string[]): GraphQLInputType | undefined {
  let at: GraphQLInputType | undefined = type;
  for (const key of keys) {
    const nullable: GraphQLInputType | undefined = at && getNullableType(at);
    if (isListType(nullable)) at = nullable.ofType;
    else at = isInputObjectType(nullable) ? nullable.getFields()[key]?.type : undefined;
  }
  return at;
}

/** A file where a list stands is a list of one. */
function isUpload(type: GraphQLInputType | undefined): boolean {
  const named = type && getNamedType(type);
  return isScalarType(named) && uploadScalar.test(named.name);
}

/** The rejection of an operation whose plan does not give all files to one request to a service; null where it does. */
export function rejectedPlan({ plan, given, context: { uploads } }: OperationExecution): Rejection | null {
  if (!uploads || 'unsupported' in plan) return null;
  const { placeholders, count } = uploads;
  const taking = plan.fetches.flatMap((compiled) => {
    const indices = placeholders.indicesIn(compiled.documents.whole.body(given, []));
    return indices.size > 0 ? [{ compiled, indices }] : [];
  });
  const [first, second] = taking;
  if (second) return rejected('The files belong to several requests to services: one mutation field gets all of them.');
  if (!first || first.indices.size < count) {
    return rejected('No field that is executed takes one of the files: its variable is not used.');
  }
  const { fetch, target } = first.compiled;
  if (!isRootMutation(first.compiled)) {
    return rejected('The files are an argument below a root field: they belong to fields of Mutation itself.');
  }
  if (target.kind === 'local' || !target.takesFiles) {
    return rejected(`The service "${fetch.subgraph}" cannot be sent files.`);
  }
  return null;
}

function isRootMutation({ fetch }: CompiledFetch): boolean {
  return fetch.operation === 'mutation' && fetch.slot !== null;
}

function rejected(message: string): Rejection {
  return new Rejection([requestError('UPLOAD_REJECTED', { message })], { part: 'request' });
}
